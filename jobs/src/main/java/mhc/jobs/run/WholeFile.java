package mhc.jobs.run;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;

/** Small files that appear whole: a reader finds the old content or the new one. */
public final class WholeFile {
    private WholeFile() {}

    /**
     * Writes or replaces a file, on a local disk without Hadoop's checksum file beside it. Of several writers at the
     * same time one is last, and its content stands.
     *
     * @throws IOException also where Hadoop throws an error, as on a full disk
     */
    public static void write(FileSystem files, Path target, byte[] content) throws IOException {
        if (files instanceof LocalFileSystem local) {
            writeLocal(local, target, content);
        } else if (appearsOnClose(files)) {
            fill(files, target, content);
        } else {
            Path hidden = new Path(target.getParent(), hiddenName(target));
            try {
                fill(files, hidden, content);
                replace(files, hidden, target);
            } catch (FSError e) { // how some of Hadoop's file systems say that a disk is full
                throw new IOException(e.getMessage(), e);
            } finally {
                files.delete(hidden, false);
            }
        }
    }

    private static String hiddenName(Path target) {
        return "." + target.getName() + "." + UUID.randomUUID() + ".tmp";
    }

    private static void writeLocal(LocalFileSystem files, Path target, byte[] content) throws IOException {
        java.nio.file.Path file = files.pathToFile(target).toPath();
        java.nio.file.Path hidden = file.resolveSibling(hiddenName(target));
        Files.createDirectories(file.getParent());
        try {
            Files.write(hidden, content);
            // one of an earlier content, with which this one could not be read
            Files.deleteIfExists(files.pathToFile(files.getChecksumFile(target)).toPath());
            Files.move(hidden, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(hidden);
        }
    }

    private static void fill(FileSystem files, Path path, byte[] content) throws IOException {
        try (OutputStream out = files.create(path, true)) {
            out.write(content);
        }
    }

    private static void replace(FileSystem files, Path from, Path to) throws IOException {
        try {
            FileContext.getFileContext(to.toUri(), files.getConf()).rename(from, to, Options.Rename.OVERWRITE);
        } catch (UnsupportedFileSystemException e) { // a file system with the older of Hadoop's two interfaces alone
            files.delete(to, false);
            if (!files.rename(from, to)) {
                throw new IOException("cannot rename " + from + " to " + to, e);
            }
        }
    }

    /** Whether closing its stream is what makes a file appear, so that a rename would only copy it. */
    static boolean appearsOnClose(FileSystem files) {
        return switch (files.getScheme()) {
            case "s3a", "s3", "s3n", "gs", "oss", "cosn", "obs", "wasb", "wasbs" -> true;
            default -> false;
        };
    }
}
