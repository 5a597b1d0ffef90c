package mhc.reports;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.util.SerializableConfiguration;

/** A folder that tasks write files of samples to; a task that is repeated writes the same files again. */
record ChunkFolder(String uri, SerializableConfiguration hadoop) implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final String OPENING = "mhcChunk(\"";
    private static final String BETWEEN = "\",\"";
    private static final String CLOSING = "\");\n";

    /** Writes the chunk {@code name} as a script that hands its data to the page. */
    void write(String name, String data) throws IOException {
        Path path = new Path(uri, name + ".js");
        FileSystem files = path.getFileSystem(hadoop.value());
        byte[] bytes = (OPENING + name + BETWEEN + data + CLOSING).getBytes(StandardCharsets.UTF_8);
        if (files instanceof LocalFileSystem local) {
            // without checksum files, and without the process that Hadoop starts for each file's permissions
            java.nio.file.Path target = local.pathToFile(path).toPath();
            Files.createDirectories(target.getParent());
            Files.write(target, bytes);
            return;
        }
        try (OutputStream out = files.create(path, true)) {
            out.write(bytes);
        }
    }

    /** Data of a chunk that was written. */
    String data(String name) {
        Path path = new Path(uri, name + ".js");
        try (var in = path.getFileSystem(hadoop.value()).open(path)) {
            String script = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return script.substring((OPENING + name + BETWEEN).length(), script.length() - CLOSING.length());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
