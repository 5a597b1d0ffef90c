package mhc.jobs.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import mhc.reports.ExcessFailures;

/** Whether so many examples of a finished run failed that its scores are hardly any: exit status 3. */
public final class FailureCheck {
    /** What to do about a class of failures. */
    private static final Map<String, String> REMEDIES = Map.of(
            "time-limit", "raise faults.example-seconds",
            "memory", "give the machine more memory");

    private FailureCheck() {}

    /**
     * One sentence on all benchmarks of which more examples failed than {@code faults.max-failed}, as a manifest tells.
     */
    public static Optional<String> complaint(JsonNode manifest) {
        double allowed =
                manifest.path("config").path("faults").path("max-failed").asDouble(1);
        List<String> found = new ArrayList<>();
        TreeSet<String> classes = new TreeSet<>();
        for (JsonNode count : manifest.path("counts")) {
            Map<String, Long> failures = new TreeMap<>();
            count.path("failures")
                    .properties()
                    .forEach(entry ->
                            failures.put(entry.getKey(), entry.getValue().asLong()));
            ExcessFailures excess = new ExcessFailures(
                    count.path("model").asText(),
                    count.path("benchmark").asText(),
                    count.path("examples").asLong(),
                    failures,
                    allowed);
            if (excess.isExcess()) {
                found.add(excess.sentence());
                classes.addAll(failures.keySet());
            }
        }
        return found.isEmpty() ? Optional.empty() : Optional.of(sentence(found, classes));
    }

    private static String sentence(List<String> found, TreeSet<String> classes) {
        String others = found.size() == 1 ? "" : " (and so for " + (found.size() - 1) + " more, see the report)";
        String remedies = classes.stream()
                .map(name -> REMEDIES.getOrDefault(name, "see the column reason of the failed rows"))
                .distinct()
                .collect(Collectors.joining(", "));
        return found.get(0) + others + ": " + remedies
                + ", then start the same run with --retry-failed, or with a higher faults.max-failed";
    }
}
