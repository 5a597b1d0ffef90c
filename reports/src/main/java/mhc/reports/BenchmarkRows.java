package mhc.reports;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * All models' rows of one benchmark.
 *
 * @param models by name; all examples of each in id order
 */
record BenchmarkRows(String benchmark, Map<String, ModelRows> models) implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Models that were asked the same examples share these in memory. */
    static BenchmarkRows of(String benchmark, List<ModelRows> parts) {
        Map<String, ModelRows> merged = new TreeMap<>();
        parts.forEach(part -> merged.merge(part.model(), part, ModelRows::plus));
        Map<String, ModelRows> models = new TreeMap<>();
        ModelRows first = null;
        for (ModelRows rows : merged.values()) {
            ModelRows joined = rows.joined();
            first = first == null ? joined : first;
            models.put(joined.model(), joined.sharing(first));
        }
        return new BenchmarkRows(benchmark, models);
    }

    /** Ids that every model was asked. */
    Set<String> common() {
        Set<String> common = null;
        String[] counted = null;
        for (ModelRows rows : models.values()) {
            String[] ids = rows.scores().ids();
            if (common == null) {
                common = new HashSet<>(Arrays.asList(ids));
            } else if (ids != counted) {
                common.retainAll(new HashSet<>(Arrays.asList(ids)));
            }
            counted = ids;
        }
        return common == null ? Set.of() : common;
    }

    /** Two models on the examples that both were asked; nothing when there are none. */
    Optional<SharedExamples> shared(String a, String b) {
        if (!models.containsKey(a) || !models.containsKey(b)) {
            return Optional.empty();
        }
        SharedExamples shared =
                SharedExamples.of(models.get(a).scores(), models.get(b).scores());
        return shared.size() == 0 ? Optional.empty() : Optional.of(shared);
    }

    /** Where models were not asked the same, for every pair. */
    List<PromptDifference> promptDifferences() {
        List<PromptDifference> differences = new ArrayList<>();
        List<String> names = List.copyOf(models.keySet());
        for (int i = 0; i < names.size(); i++) {
            for (int j = i + 1; j < names.size(); j++) {
                String a = names.get(i);
                String b = names.get(j);
                shared(a, b).flatMap(shared -> shared.prompts(benchmark, a, b)).ifPresent(differences::add);
            }
        }
        return differences;
    }
}
