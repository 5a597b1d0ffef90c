package mhc.reports;

import java.io.IOException;
import java.util.List;
import mhc.datasets.InputException;
import mhc.datasets.Sha256;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A fingerprint of a run's files by their names, lengths and times: no file is opened. */
final class RunState {
    private RunState() {}

    static String of(EvaluatedRun run, Configuration hadoop) {
        StringBuilder listing = new StringBuilder();
        List<Path> files = run.files().values().stream()
                .flatMap(byModel -> byModel.values().stream())
                .flatMap(List::stream)
                .sorted()
                .toList();
        try {
            FileSystem fileSystem = run.directory().getFileSystem(hadoop);
            for (Path file : files) {
                FileStatus status = fileSystem.getFileStatus(file);
                listing.append(file).append(' ').append(status.getLen()).append(' ');
                listing.append(status.getModificationTime()).append('\n');
            }
        } catch (IOException e) {
            throw new InputException(
                    "Run directory " + run.directory() + " cannot be read (" + e.getMessage()
                            + "): check the path and its access",
                    e);
        }
        return Sha256.of(listing.toString());
    }
}
