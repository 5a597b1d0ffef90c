package mhc.reports;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import mhc.datasets.InputException;
import mhc.eval.stats.Difference;
import mhc.eval.stats.Holm;
import mhc.reports.BenchmarkComparison.ModelDifference;
import mhc.reports.ReportOptions.Pairs;
import org.apache.spark.sql.SparkSession;

/**
 * Whether a run is worse than an earlier one, for the checks of a team that trains models. Models are paired by name, or as
 * they are where each run has one. All benchmarks of all models are one family of tests under Holm's correction.
 *
 * @param checks by model and benchmark
 */
public record Gate(String first, String second, OptionalDouble worseBy, List<Check> checks) {

    /** What a check came to; the exit status of a command whose worst check it is. */
    public enum Outcome {
        /** Not shown to be worse; where a size was given, a loss of that size would have been found or is excluded. */
        HELD(0),
        /** A loss of the given size can be neither shown nor excluded, or there is nothing to compare. */
        UNTOLD(5),
        /** Significantly worse. */
        WORSE(4);

        private final int status;

        Outcome(int status) {
            this.status = status;
        }

        public int status() {
            return status;
        }
    }

    /**
     * One model on one benchmark.
     *
     * @param said the figures, in a few words
     */
    public record Check(String model, String benchmark, Outcome outcome, String said) {}

    /**
     * Compares two runs.
     *
     * @param worseBy the loss that matters, 0 to 1; without one, only what is shown to be worse fails
     * @param options {@code unfinished} and {@code differentPrompts} count
     * @throws InputException when a run cannot be read, or the two hold no model in common
     */
    public static Gate of(
            SparkSession spark, String first, String second, OptionalDouble worseBy, ReportOptions options) {
        EvaluatedRun before = EvaluatedRun.at(first, spark, options);
        EvaluatedRun after = EvaluatedRun.at(second, spark, options);
        Map<String, String> paired = paired(before, after);
        before = before.showing(named(paired.keySet(), first));
        after = after.showing(named(paired.values(), second.equals(first) ? second + " again" : second));
        ReportOptions all = options.withPairs(Pairs.ALL).withBaseline("");
        List<BenchmarkComparison> rows =
                RunEvaluation.of(spark, List.of(before, after), all).report().rows();
        List<Line> lines = new ArrayList<>();
        for (Map.Entry<String, String> pair : paired.entrySet()) {
            String a = before.shown(pair.getKey());
            String b = after.shown(pair.getValue());
            for (BenchmarkComparison row : rows) {
                if (row.score(a).isPresent()) {
                    lines.add(
                            new Line(pair.getValue(), row, row.difference(a, b).orElse(null)));
                }
            }
        }
        return new Gate(first, second, worseBy, checks(lines, worseBy));
    }

    /** @param pair null where the two have no example in common */
    private record Line(String model, BenchmarkComparison row, ModelDifference pair) {}

    /** Models of the second run by those of the first. */
    private static Map<String, String> paired(EvaluatedRun before, EvaluatedRun after) {
        if (before.models().size() == 1 && after.models().size() == 1) {
            return Map.of(before.models().get(0), after.models().get(0));
        }
        Map<String, String> paired = new LinkedHashMap<>();
        for (String model : before.models()) {
            if (!after.models().contains(model)) {
                throw new InputException("Run " + after.directory() + " has no model " + model + ", which "
                        + before.directory() + " has: give runs of the same models, or of one model each");
            }
            paired.put(model, model);
        }
        return paired;
    }

    private static Map<String, String> named(Iterable<String> models, String run) {
        Map<String, String> names = new LinkedHashMap<>();
        models.forEach(model -> names.put(model, model + " of " + run));
        return names;
    }

    private static List<Check> checks(List<Line> lines, OptionalDouble worseBy) {
        List<Line> tested = lines.stream().filter(line -> line.pair() != null).toList();
        double[] holm = Holm.adjust(tested.stream()
                .mapToDouble(line -> line.pair().difference().p())
                .toArray());
        List<Check> checks = new ArrayList<>();
        int next = 0;
        for (Line line : lines) {
            String benchmark = Labels.benchmark(line.row().benchmark());
            checks.add(
                    line.pair() == null
                            ? new Check(line.model(), benchmark, Outcome.UNTOLD, "no example in common")
                            : check(line, benchmark, holm[next++], holm.length, worseBy));
        }
        return checks;
    }

    private static Check check(Line line, String benchmark, double holm, int tests, OptionalDouble worseBy) {
        Difference d = line.pair().difference();
        double found = d.minimumDetectable(tests);
        String said = Numbers.points(d.delta()) + " points " + Numbers.interval(d.low(), d.high()) + ", Holm p "
                + Numbers.probability(holm) + ", MDE " + Numbers.percent(found);
        boolean worse = holm < Difference.LEVEL && d.delta() < 0;
        boolean open = worseBy.isPresent() && found > worseBy.getAsDouble() && d.low() <= -worseBy.getAsDouble();
        return new Check(line.model(), benchmark, worse ? Outcome.WORSE : open ? Outcome.UNTOLD : Outcome.HELD, said);
    }

    /** The worst of the checks. */
    public Outcome outcome() {
        return checks.stream().map(Check::outcome).max(Outcome::compareTo).orElse(Outcome.UNTOLD);
    }

    /** What the gate says, in one sentence that names the benchmarks. */
    public String sentence() {
        String both = second + " against " + first;
        String named = checks.stream()
                .filter(check -> check.outcome() == outcome())
                .map(check -> check.benchmark() + " (" + check.model() + ": " + check.said() + ")")
                .collect(Collectors.joining(", "));
        String loss =
                worseBy.isPresent() ? " a loss of " + Numbers.percent(worseBy.getAsDouble()) + " points" : " a loss";
        return switch (outcome()) {
            case WORSE -> both + ": worse on " + named;
            case UNTOLD ->
                both + ": cannot tell whether there is" + loss + " on " + named
                        + "; evaluate more examples, or give a larger --worse-by";
            case HELD ->
                both + ": not shown to be worse on any of " + checks.size() + " comparisons"
                        + (worseBy.isPresent() ? ", and" + loss + " would have been found or is excluded" : "");
        };
    }
}
