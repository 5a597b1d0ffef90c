package mhc.reports;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How many examples of a benchmark failed, against how many may: beyond that the model's score is hardly one.
 *
 * @param failures by class
 * @param allowed part of its examples that may fail, 0 to 1
 */
public record ExcessFailures(
        String model, String benchmark, long examples, Map<String, Long> failures, double allowed) {

    static ExcessFailures of(String model, String benchmark, RowCounts counts, double allowed) {
        return new ExcessFailures(model, benchmark, counts.examples(), counts.failures(), allowed);
    }

    /** Whether more failed than may. */
    public boolean isExcess() {
        return failed() > allowed * examples;
    }

    private long failed() {
        return failures.values().stream().mapToLong(Long::longValue).sum();
    }

    /** {@code 113 of 200 examples of mhc on gsm8k failed (time-limit 113), more than 0.5%}. */
    public String sentence() {
        String classes = failures.entrySet().stream()
                .map(failure -> failure.getKey() + " " + failure.getValue())
                .collect(Collectors.joining(", "));
        String percent = BigDecimal.valueOf(allowed)
                .movePointRight(2)
                .stripTrailingZeros()
                .toPlainString();
        return String.format(
                Locale.ROOT,
                "%d of %d examples of %s on %s failed (%s), more than %s%%",
                failed(),
                examples,
                model,
                benchmark,
                classes,
                percent);
    }
}
