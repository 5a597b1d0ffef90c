package mhc.datasets;

import java.util.List;
import org.apache.hadoop.fs.Path;

/**
 * What will be read for one role: a file, the shards of a table, or a tree.
 *
 * @param path the file, or the folder that holds all parts
 * @param split split name inside the ids
 * @param parts in reading order; never empty
 * @param why why this one, for reports
 */
record Source(Path path, String split, List<Part> parts, String why) {
    Source withSplit(String other) {
        return new Source(path, other, parts, why);
    }
}
