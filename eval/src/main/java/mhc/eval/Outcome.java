package mhc.eval;

import java.util.List;
import java.util.Map;

/**
 * The score of one answer.
 *
 * @param extracted by filter name, what was taken out of the raw answer ("none" where the raw answer itself is scored)
 * @param gold accepted answers, as compared with
 * @param metrics by {@link MetricName#key()}, value between 0 and 1
 */
public record Outcome(Map<String, String> extracted, List<String> gold, Map<String, Double> metrics) {
    public Outcome {
        extracted = Map.copyOf(extracted);
        gold = List.copyOf(gold);
        metrics = Map.copyOf(metrics);
    }
}
