package mhc.jobs.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import mhc.datasets.Sha256;

/** What makes a run the same run: every value of its start that rows depend on. */
final class RunIdentity {
    /** What a run may be continued with another value of: no row that has an answer depends on it. */
    private static final Pattern FREE = Pattern.compile("config\\.(faults(\\..*)?|cache)");

    private RunIdentity() {}

    /** SHA-256 (hex) over all that rows depend on: equal for a run and its continuation. */
    static String of(JsonNode start) {
        return Sha256.of(leaves(start).entrySet().stream()
                .map(leaf -> leaf.getKey() + "=" + leaf.getValue())
                .collect(Collectors.joining("\n")));
    }

    /** One clause for each value that is another one; empty for the same run. */
    static List<String> changes(JsonNode before, JsonNode now) {
        Map<String, String> old = leaves(before);
        Map<String, String> current = leaves(now);
        TreeSet<String> keys = new TreeSet<>(old.keySet());
        keys.addAll(current.keySet());
        List<String> changes = new ArrayList<>();
        for (String key : keys) {
            String was = old.getOrDefault(key, "absent");
            String is = current.getOrDefault(key, "absent");
            if (!was.equals(is)) {
                changes.add(key + " was " + was + " and is " + is);
            }
        }
        return changes;
    }

    private static TreeMap<String, String> leaves(JsonNode start) {
        TreeMap<String, String> leaves = new TreeMap<>();
        flatten("", start, leaves);
        leaves.keySet().removeIf(FREE.asMatchPredicate());
        return leaves;
    }

    private static void flatten(String path, JsonNode node, Map<String, String> leaves) {
        if (!node.isContainerNode()) {
            leaves.put(path, node.asText());
            return;
        }
        leaves.put(path, node.isArray() ? node.size() + " entries" : "a mapping");
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            flatten(path + "[" + i + "]", node.get(i), leaves);
        }
        node.properties()
                .forEach(entry -> flatten(
                        path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(), entry.getValue(), leaves));
    }
}
