package mhc.datasets;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The files below a folder, hidden ones left out, in path order.
 *
 * @param path the folder
 * @param files everything below it
 */
record CorpusFolder(Path path, List<Entry> files) {
    private static final Pattern HIDDEN = Pattern.compile("(.*/)?[._].*");

    /** One file; {@code relative} is its path below the folder. */
    record Entry(String relative, DataFile file) {}

    static CorpusFolder list(Path folder, Configuration hadoop) {
        try {
            FileSystem fileSystem = folder.getFileSystem(hadoop);
            Path root = fileSystem.makeQualified(folder);
            List<Entry> files = new ArrayList<>();
            collect(fileSystem, root, root, hadoop, files);
            files.sort(Comparator.comparing(Entry::relative));
            return new CorpusFolder(root, List.copyOf(files));
        } catch (FileNotFoundException e) {
            throw new InputException("%s: no such folder; check the path".formatted(DataFile.shown(folder)), e);
        } catch (IOException e) {
            throw new InputException(
                    "%s: cannot be listed (%s); check the path, its permissions and the storage it lies on"
                            .formatted(DataFile.shown(folder), e.getMessage()),
                    e);
        }
    }

    /** Folder by folder: listFiles would ask the owner of every local file, with a process for each. */
    private static void collect(FileSystem fileSystem, Path root, Path folder, Configuration hadoop, List<Entry> files)
            throws IOException {
        for (FileStatus status : fileSystem.listStatus(folder)) {
            String relative = relative(root, status.getPath());
            if (HIDDEN.matcher(relative).matches()) {
                continue;
            }
            if (status.isDirectory()) {
                collect(fileSystem, root, status.getPath(), hadoop, files);
            } else {
                files.add(new Entry(relative, new DataFile(status, hadoop)));
            }
        }
    }

    /** The rest of a path below a folder, or the whole path when it lies elsewhere. */
    static String relative(Path folder, Path file) {
        String prefix = folder.toUri().getPath();
        String slashed = prefix.endsWith("/") ? prefix : prefix + "/";
        String whole = file.toUri().getPath();
        return whole.startsWith(slashed) ? whole.substring(slashed.length()) : whole;
    }
}
