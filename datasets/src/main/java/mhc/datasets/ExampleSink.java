package mhc.datasets;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Collects the examples of one source: makes their ids, numbers their rows, refuses an id that comes twice. */
final class ExampleSink {
    private final String prefix;
    private final List<Example> examples = new ArrayList<>();
    private final Map<String, String> descriptions = new HashMap<>();
    private final Map<String, Integer> counters = new HashMap<>();
    private final Map<String, String> places = new HashMap<>();

    ExampleSink(Corpus corpus, String split) {
        this.prefix = corpus.key() + "/" + split;
    }

    /** {@code <corpus>/<split>/<part>/<part>...} */
    String id(Object... parts) {
        StringBuilder id = new StringBuilder(prefix);
        for (Object part : parts) {
            id.append('/').append(part);
        }
        return id.toString();
    }

    /** Zero-based number of the next item that counts under this name. */
    int next(String counter) {
        return counters.merge(counter, 1, Integer::sum) - 1;
    }

    /** @param where file and line, for the message about a duplicate */
    void add(Example example, String where) {
        String earlier = places.putIfAbsent(example.id(), where);
        if (earlier != null) {
            throw new InputException("%s: the id %s stands already at %s; remove one of the two"
                    .formatted(where, example.id(), earlier));
        }
        examples.add(example);
    }

    /** Text that opens the prompt of a sub-task. */
    void describe(String task, String text) {
        descriptions.put(task, text);
    }

    List<Example> examples() {
        return examples;
    }

    FewShotPool pool() {
        return new FewShotPool(examples, descriptions);
    }
}
