package mhc.eval;

import java.io.Serializable;
import java.util.List;
import mhc.datasets.Example;

/**
 * The few-shot part of one prompt: what was drawn for one example.
 *
 * @param description text that opens the prompt, or the empty string
 * @param examples exemplars in prompt order
 */
public record Shots(String description, List<Example> examples) implements Serializable {
    public static final Shots NONE = new Shots("", List.of());

    public Shots {
        examples = List.copyOf(examples);
    }
}
