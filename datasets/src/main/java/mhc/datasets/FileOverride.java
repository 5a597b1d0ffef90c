package mhc.datasets;

import java.io.Serializable;

/**
 * What the configuration's {@code files.<benchmark>} says: which file or folder to read instead of looking for one.
 *
 * @param eval evaluation file or folder, any Hadoop URI or a path relative to the data root; {@code ""} when not given
 * @param pool few-shot file or folder, likewise
 */
public record FileOverride(String eval, String pool) implements Serializable {

    /** Nothing is overridden: the files are looked for in the corpus folder. */
    public static final FileOverride NONE = new FileOverride("", "");

    public FileOverride {
        eval = eval == null ? "" : eval.strip();
        pool = pool == null ? "" : pool.strip();
    }
}
