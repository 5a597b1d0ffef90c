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
import mhc.eval.stats.PairedScores;

/**
 * All models' rows of one benchmark.
 *
 * @param models by name; all examples of each in id order
 */
record BenchmarkRows(String benchmark, Map<String, ModelRows> models) implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Models that were asked the same examples share these in memory. */
    static BenchmarkRows of(String benchmark, Iterable<ModelRows> parts) {
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
    int common() {
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
        return common == null ? 0 : common.size();
    }

    /** The scores of two models on the examples that both were asked; nothing when there are none. */
    Optional<PairedScores> pairs(String a, String b, String metric) {
        if (!models.containsKey(a) || !models.containsKey(b)) {
            return Optional.empty();
        }
        ExampleScores first = models.get(a).scores();
        ExampleScores second = models.get(b).scores();
        double[] firstScores = first.scores(metric);
        double[] secondScores = second.scores(metric);
        List<PairedScores.Pair> pairs = new ArrayList<>();
        int j = 0;
        for (int i = 0; i < first.size(); i++) {
            String id = first.ids()[i];
            while (j < second.size() && second.ids()[j].compareTo(id) < 0) {
                j++;
            }
            if (j < second.size() && second.ids()[j].equals(id)) {
                pairs.add(new PairedScores.Pair(id, first.clusters()[i], firstScores[i], secondScores[j]));
            }
        }
        return pairs.isEmpty() ? Optional.empty() : Optional.of(new PairedScores(pairs));
    }
}
