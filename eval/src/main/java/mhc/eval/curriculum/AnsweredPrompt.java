package mhc.eval.curriculum;

import java.util.List;
import mhc.datasets.Example;
import mhc.datasets.curriculum.Item;
import mhc.eval.Benchmark;
import mhc.eval.Request;
import mhc.eval.Shots;

/**
 * A request with its right answer, written as the benchmark writes the answers of its exemplars.
 *
 * @param answer what continues the request's context, its blank or line break included
 */
record AnsweredPrompt(Request request, String answer) {

    /**
     * Asks the last of the items after the others.
     *
     * @param items worked exemplars and then the item that is asked; at least one
     * @param description opens the prompt; may be empty
     */
    static AnsweredPrompt of(Benchmark benchmark, List<Item> items, String description) {
        List<Example> shown = items.stream().map(Item::shown).toList();
        Example asked = items.get(items.size() - 1).asked();
        Request request = benchmark.request(asked, new Shots(description, shown.subList(0, shown.size() - 1)));
        // The benchmark itself shows the answer when the item is its last exemplar; behind it stands the question
        // again.
        String again = benchmark.request(asked, new Shots(description, shown)).context();
        String question = benchmark.request(asked, Shots.NONE).context();
        if (!again.startsWith(request.context())) {
            throw new IllegalStateException(
                    "Benchmark %s shows an exemplar otherwise than it asks it".formatted(benchmark.name()));
        }
        int repeated = commonEnd(question, again);
        String answer = again.substring(request.context().length(), again.length() - repeated);
        return new AnsweredPrompt(request, answer.stripTrailing());
    }

    /** The whole document. */
    String text() {
        return request.context() + answer;
    }

    private static int commonEnd(String one, String other) {
        int same = 0;
        while (same < one.length()
                && same < other.length()
                && one.charAt(one.length() - 1 - same) == other.charAt(other.length() - 1 - same)) {
            same++;
        }
        return same;
    }
}
