package mhc.jobs.run;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import mhc.datasets.Sha256;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What an executor whose engine hung at a shard leaves for the next attempt at it, since nothing else outlives such a process:
 * small files in a folder of the run, the model and the shard.
 */
public final class HangNotes {
    private static final String TOGETHER = "together";

    private final FileSystem files;
    private final Path folder;

    /**
     * What is noted of a shard.
     *
     * @param together whether the engine hung while its examples were asked together
     * @param alone ids of the examples at which it hung when they were asked alone
     */
    public record Found(boolean together, Set<String> alone) {
        public static final Found NOTHING = new Found(false, Set.of());
    }

    HangNotes(FileSystem files, Path folder) {
        this.files = files;
        this.folder = folder;
    }

    public Found read() throws IOException {
        boolean together = false;
        Set<String> alone = new HashSet<>();
        for (FileStatus note : list()) {
            String name = note.getPath().getName();
            together |= name.equals(TOGETHER);
            if (!name.equals(TOGETHER) && !name.startsWith(".")) {
                try (InputStream in = files.open(note.getPath())) {
                    alone.add(new String(in.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
        }
        return new Found(together, alone);
    }

    private FileStatus[] list() throws IOException {
        try {
            return files.listStatus(folder);
        } catch (FileNotFoundException e) {
            return new FileStatus[0];
        }
    }

    /** The engine hung while examples were asked together. */
    public void addTogether() throws IOException {
        write(TOGETHER, "");
    }

    /** The engine hung at one example, and nothing else was asked. */
    public void addAlone(String example) throws IOException {
        addTogether();
        write(Sha256.of(example), example);
    }

    private void write(String name, String text) throws IOException {
        WholeFile.write(files, new Path(folder, name), text.getBytes(StandardCharsets.UTF_8));
    }

    /** Forgets it all: the examples are to be asked as if nothing had been. */
    public void clear() throws IOException {
        files.delete(folder, true);
    }
}
