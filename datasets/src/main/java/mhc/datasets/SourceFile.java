package mhc.datasets;

import java.io.Serializable;

/**
 * One file that was (or would be) read, or one tree of files read as a whole, such as the 57 CSV files of MMLU.
 *
 * @param role {@code evaluation} or {@code pool}
 * @param path file or folder
 * @param split split name inside the example ids, such as {@code test}
 * @param layout which of the known layouts it has
 * @param why why this one was taken and, if others lay there, which were not
 * @param bytes size, all files of a tree together
 * @param sha256 lower-case hex; of a tree (more than one file, PIQA's label file included) that of its sorted lines
 *     {@code <sha256>  <relative path>\n}, paths relative to the data root, or to {@code path} (beside a label file: to its folder) when outside
 * @param items examples read; -1 where nothing was parsed ({@link Corpora#resolve})
 */
public record SourceFile(
        String role, String path, String split, String layout, String why, long bytes, String sha256, int items)
        implements Serializable {

    /** Role of what is scored. */
    public static final String EVALUATION = "evaluation";

    /** Role of what few-shot exemplars are drawn from. */
    public static final String POOL = "pool";

    SourceFile withItems(int count) {
        return new SourceFile(role, path, split, layout, why, bytes, sha256, count);
    }
}
