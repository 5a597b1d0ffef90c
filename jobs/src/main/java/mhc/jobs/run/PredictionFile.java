package mhc.jobs.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mhc.datasets.ParquetFiles;
import mhc.eval.Prediction;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;

/** Writes one shard's predictions as one Parquet file that appears whole; its appearance is the commit. */
public final class PredictionFile {
    private PredictionFile() {}

    /**
     * Writes {@code predictions} to {@code target}. On a file system with renames the rows go to a hidden sibling
     * first; on an object store closing the stream is the single PUT that makes the file appear. Two attempts that race
     * write the same rows, so whichever comes last does no harm.
     *
     * @param attempt tells concurrent attempts at the same shard apart
     * @param origin what the rows came from, for the stamp in the file's footer
     */
    public static void write(
            Configuration hadoop, Path target, long attempt, PartOrigin origin, List<Prediction> predictions)
            throws IOException {
        FileSystem files = target.getFileSystem(hadoop);
        if (WholeFile.appearsOnClose(files)) {
            writeRows(hadoop, target, origin, predictions);
            return;
        }
        Path hidden = hidden(target, attempt);
        try {
            writeRows(hadoop, hidden, origin, predictions);
            if (!files.rename(hidden, target) && !files.exists(target)) {
                throw new IOException("cannot rename " + hidden + " to " + target);
            }
        } finally {
            files.delete(hidden, false);
        }
    }

    /**
     * Writes a committed file anew with some of its rows replaced by others of the same id. Readers find the old file
     * or the new one.
     *
     * @throws IOException also when the file lacks one of these rows
     */
    public static void replace(Configuration hadoop, Path target, long attempt, List<Prediction> replacements)
            throws IOException {
        PartOrigin origin = PartStamp.read(hadoop, target)
                .orElseThrow(() -> new IOException(target + " has no stamp of a run"))
                .origin();
        Map<String, Prediction> open = new HashMap<>();
        replacements.forEach(row -> open.put(row.id(), row));
        List<Prediction> rows = new ArrayList<>();
        for (Prediction row : PredictionRows.read(hadoop, target)) {
            Prediction replacement = open.remove(row.id());
            rows.add(replacement == null ? row : replacement);
        }
        if (!open.isEmpty()) {
            throw new IOException(
                    target + " has no row " + open.keySet().iterator().next());
        }
        if (WholeFile.appearsOnClose(target.getFileSystem(hadoop))) {
            writeRows(hadoop, target, origin, rows);
            return;
        }
        Path hidden = hidden(target, attempt);
        FileContext files = FileContext.getFileContext(target.toUri(), hadoop);
        try {
            writeRows(hadoop, hidden, origin, rows);
            files.rename(hidden, target, Options.Rename.OVERWRITE);
        } finally {
            target.getFileSystem(hadoop).delete(hidden, false);
        }
    }

    private static Path hidden(Path target, long attempt) {
        return new Path(target.getParent(), "." + target.getName() + "." + attempt + ".tmp");
    }

    private static void writeRows(Configuration hadoop, Path path, PartOrigin origin, List<Prediction> predictions)
            throws IOException {
        writeRows(hadoop, path, PartStamp.of(origin, predictions), predictions);
    }

    /** Writes rows below a stamp, whether or not it is theirs. */
    static void writeRows(Configuration hadoop, Path path, PartStamp stamp, List<Prediction> predictions)
            throws IOException {
        ParquetFiles.write(path, hadoop, new PredictionWriteSupport(stamp), predictions);
    }
}
