package mhc.jobs.executor;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Local files as a remote file system has them, which notes each file that is opened and may hang at one. */
public final class WatchedFiles extends RawLocalFileSystem {
    static final String NOTES = "watched.notes";
    static final String HANGS_AT = "watched.hangs-at";

    static Configuration configuration(Path notes, String hangsAt) {
        Configuration hadoop = new Configuration(false);
        hadoop.set("fs.watched.impl", WatchedFiles.class.getName());
        hadoop.setBoolean("fs.watched.impl.disable.cache", true);
        hadoop.set(NOTES, notes.toString());
        hadoop.set(HANGS_AT, hangsAt);
        return hadoop;
    }

    @Override
    public URI getUri() {
        return URI.create("watched:///");
    }

    @Override
    public String getScheme() {
        return "watched";
    }

    @Override
    public FSDataInputStream open(org.apache.hadoop.fs.Path path, int buffer) throws IOException {
        Files.writeString(
                Path.of(getConf().get(NOTES)),
                path.getName() + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        if (path.getName().equals(getConf().get(HANGS_AT))) {
            try {
                Thread.sleep(Long.MAX_VALUE);
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
        }
        return super.open(path, buffer);
    }
}
