package mhc.jobs.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import mhc.eval.stats.StandardError;

/**
 * A mean and its standard error.
 *
 * @param count numbers it is the mean of
 */
record Estimate(double mean, double error, int count) {
    static Estimate of(List<Double> values) {
        double[] numbers = values.stream().mapToDouble(Double::doubleValue).toArray();
        double sum = 0;
        for (double number : numbers) {
            sum += number;
        }
        return new Estimate(sum / numbers.length, StandardError.ofMean(numbers), numbers.length);
    }

    /**
     * How much more a model loses than another on what both have seen, paired.
     *
     * @param key what pairs belong together by
     */
    static <T> Estimate ofGap(List<T> model, List<T> baseline, Function<T, ?> key, Function<T, Double> loss) {
        Map<Object, Double> other = baseline.stream().collect(Collectors.toMap(key, loss));
        List<Double> differences = new ArrayList<>();
        for (T row : model) {
            Double before = other.get(key.apply(row));
            if (before != null) {
                differences.add(loss.apply(row) - before);
            }
        }
        return of(differences);
    }
}
