package mhc.jobs.executor;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Comparator;
import mhc.datasets.InputException;
import mhc.datasets.Sha256;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Checkpoints as local folders, so that their weights can be mapped into memory. A local folder is used where it lies;
 * any other Hadoop URI is copied once per host into a cache named by its files' names, sizes and times.
 */
public final class ModelFolders {
    private static final String COMPLETE = ".complete";

    private ModelFolders() {}

    /** A relative local path as seen from here, so that executors with another working directory find it. */
    public static String qualify(String uri) {
        return new Path(uri).toUri().getScheme() == null
                ? java.nio.file.Path.of(uri).toAbsolutePath().normalize().toString()
                : uri;
    }

    /** @throws InputException when there is no such folder, naming it and what a checkpoint holds */
    public static java.nio.file.Path localize(String uri, Configuration hadoop) {
        try {
            Path remote = new Path(uri);
            String scheme = remote.toUri().getScheme();
            if (scheme == null || scheme.equals("file")) {
                return java.nio.file.Path.of(remote.toUri().getPath())
                        .toAbsolutePath()
                        .normalize();
            }
            return copy(remote, remote.getFileSystem(hadoop));
        } catch (IOException | IllegalArgumentException e) {
            throw new InputException(
                    "Model " + uri + " cannot be read (" + e.getMessage()
                            + "): give a folder or URI with config.json, *.safetensors and tokenizer.json",
                    e);
        }
    }

    private static java.nio.file.Path copy(Path remote, FileSystem files) throws IOException {
        FileStatus[] listing = files.listStatus(remote, path -> !path.getName().startsWith("."));
        Arrays.sort(listing, Comparator.comparing(status -> status.getPath().getName()));
        java.nio.file.Path cache = cacheRoot();
        Files.createDirectories(cache);
        String key = key(remote, listing);
        java.nio.file.Path folder = cache.resolve(key);
        // Several executors of one host may come here at once: the first copies, the others wait for its lock.
        try (RandomAccessFile lockFile =
                        new RandomAccessFile(cache.resolve(key + ".lock").toFile(), "rw");
                FileLock lock = lockFile.getChannel().lock()) {
            if (lock.isValid() && !Files.exists(folder.resolve(COMPLETE))) {
                Files.createDirectories(folder);
                for (FileStatus status : listing) {
                    if (status.isFile()) {
                        copyFile(files, status, folder);
                    }
                }
                Files.createFile(folder.resolve(COMPLETE));
            }
        }
        return folder;
    }

    private static void copyFile(FileSystem files, FileStatus status, java.nio.file.Path folder) throws IOException {
        java.nio.file.Path target = folder.resolve(status.getPath().getName());
        java.nio.file.Path part = folder.resolve("." + status.getPath().getName() + ".part");
        try (java.io.InputStream in = files.open(status.getPath())) {
            Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
        }
        if (Files.size(part) != status.getLen()) {
            throw new IOException(
                    status.getPath() + " has " + status.getLen() + " bytes, " + Files.size(part) + " arrived");
        }
        Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    }

    private static java.nio.file.Path cacheRoot() {
        String configured = System.getenv("MHC_EVAL_CACHE");
        return configured != null
                ? java.nio.file.Path.of(configured)
                : java.nio.file.Path.of(System.getProperty("user.home"), ".cache", "mhc-eval", "models");
    }

    private static String key(Path remote, FileStatus[] listing) {
        StringBuilder text = new StringBuilder(remote.toString());
        for (FileStatus status : listing) {
            text.append(
                    "\n%s %d %d".formatted(status.getPath().getName(), status.getLen(), status.getModificationTime()));
        }
        return Sha256.of(text.toString());
    }
}
