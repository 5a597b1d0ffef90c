package mhc.datasets;

import java.util.List;
import java.util.Map;

/**
 * Exemplars to draw few-shot prompts from, in file order.
 *
 * @param examples all exemplars; those of one sub-task are told apart by {@link Example#task()}
 * @param descriptions by sub-task, text that opens the prompt (BBH's first line); empty where the corpus has none
 */
public record FewShotPool(List<Example> examples, Map<String, String> descriptions) {

    /** The pool of a benchmark that is asked without exemplars. */
    public static final FewShotPool EMPTY = new FewShotPool(List.of(), Map.of());

    public FewShotPool {
        examples = List.copyOf(examples);
        descriptions = Map.copyOf(descriptions);
    }

    /** The exemplars of one sub-task, in file order. */
    public List<Example> of(String task) {
        return examples.stream().filter(e -> e.task().equals(task)).toList();
    }
}
