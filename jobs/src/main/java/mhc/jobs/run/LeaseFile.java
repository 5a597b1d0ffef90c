package mhc.jobs.run;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The one small file that says who owns a run directory. */
sealed interface LeaseFile {
    /** Writes the file unless there is one; false where there is. */
    boolean create(String text) throws IOException;

    /** Writes the file over whatever is there. */
    void replace(String text) throws IOException;

    /** The text, perhaps a part of it while another process writes; empty where there is no file. */
    Optional<String> read() throws IOException;

    void delete() throws IOException;

    /** Whether of two that create or replace at the same time the store itself lets one through. */
    boolean atomic();

    static LeaseFile of(Path path, FileSystem files) {
        URI uri = path.toUri();
        return "file".equals(uri.getScheme())
                ? new Local(java.nio.file.Path.of(uri.getPath()))
                : new Remote(path, files);
    }

    /** On a local disk, past Hadoop's checksum files, which two writers would tear. */
    record Local(java.nio.file.Path path) implements LeaseFile {
        @Override
        public boolean create(String text) throws IOException {
            Files.createDirectories(path.getParent());
            try {
                Files.writeString(path, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                return true;
            } catch (FileAlreadyExistsException e) {
                return false;
            }
        }

        @Override
        public void replace(String text) throws IOException {
            java.nio.file.Path fresh = Files.createTempFile(path.getParent(), "._lease", ".tmp");
            try {
                Files.writeString(fresh, text);
                Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(fresh);
            }
        }

        @Override
        public Optional<String> read() throws IOException {
            try {
                return Optional.of(Files.readString(path));
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
        }

        @Override
        public void delete() throws IOException {
            Files.deleteIfExists(path);
        }

        @Override
        public boolean atomic() {
            return true;
        }
    }

    /**
     * On any Hadoop file system. An object store is asked to create conditionally, and some that say they do let two create
     * at once all the same.
     */
    record Remote(Path path, FileSystem files) implements LeaseFile {
        /** Hadoop's option of a PUT that fails where the object is there; other file systems pass over it. */
        private static final String CONDITIONAL = "fs.option.create.conditional.overwrite";

        @Override
        public boolean create(String text) throws IOException {
            if (files.exists(path)) {
                return false;
            }
            try (OutputStream out = (OutputStream) files.createFile(path)
                    .create()
                    .overwrite(false)
                    .recursive()
                    .opt(CONDITIONAL, true)
                    .build()) {
                out.write(text.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // Each file system says in another way that the file was there; it may be this process's, too,
                // when a PUT was sent again after its answer was lost.
                return text.equals(read().orElseThrow(() -> e));
            }
            return true;
        }

        @Override
        public void replace(String text) throws IOException {
            try (OutputStream out = files.create(path, true)) {
                out.write(text.getBytes(StandardCharsets.UTF_8));
            }
        }

        @Override
        public Optional<String> read() throws IOException {
            try (InputStream in = files.open(path)) {
                return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (FileNotFoundException e) {
                return Optional.empty();
            }
        }

        @Override
        public void delete() throws IOException {
            files.delete(path, false);
        }

        @Override
        public boolean atomic() {
            return "hdfs".equals(path.toUri().getScheme());
        }
    }
}
