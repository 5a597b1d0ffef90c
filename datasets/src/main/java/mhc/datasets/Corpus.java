package mhc.datasets;

import java.util.Locale;

/** The eight corpora of the paper's Table 4. A corpus is data; a benchmark (prompt, scorer, shots) lives in {@code mhc.eval}. */
public enum Corpus {
    BBH,
    DROP,
    GSM8K,
    HELLASWAG,
    MATH,
    MMLU,
    PIQA,
    TRIVIAQA;

    /** Lower-case name: folder of the corpus under the data root, and first part of every example id. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
