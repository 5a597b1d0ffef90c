package mhc.reports;

import java.util.List;
import java.util.Optional;

/**
 * Table 4 of the mHC paper (arXiv 2512.24880v2): its benchmarks, metrics, shots and 27B scores in percent. The scores are
 * printed for reference only; nothing here was measured by this project.
 *
 * @param benchmark our name
 * @param label the paper's name
 * @param metricLabel the paper's metric
 */
record PublishedFigures(
        String benchmark, String label, String metricLabel, int shots, double baseline, double hc, double mhc) {

    static final String SOURCE = "arXiv 2512.24880v2, Table 4";

    static final List<PublishedFigures> TABLE_4 = List.of(
            new PublishedFigures("bbh", "BBH", "EM", 3, 43.8, 48.9, 51.0),
            new PublishedFigures("drop", "DROP", "F1", 3, 47.0, 51.6, 53.9),
            new PublishedFigures("gsm8k", "GSM8K", "EM", 8, 46.7, 53.2, 53.8),
            new PublishedFigures("hellaswag", "HellaSwag", "Acc", 10, 73.7, 74.3, 74.7),
            new PublishedFigures("math", "MATH", "EM", 4, 22.0, 26.4, 26.0),
            new PublishedFigures("mmlu", "MMLU", "Acc", 5, 59.0, 63.0, 63.4),
            new PublishedFigures("piqa", "PIQA", "Acc", 0, 78.5, 79.9, 80.5),
            new PublishedFigures("triviaqa", "TriviaQA", "EM", 5, 54.3, 56.3, 57.6));

    static Optional<PublishedFigures> of(String benchmark) {
        return TABLE_4.stream().filter(row -> row.benchmark.equals(benchmark)).findFirst();
    }
}
