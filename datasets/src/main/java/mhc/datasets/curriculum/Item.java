package mhc.datasets.curriculum;

import mhc.datasets.Example;

/**
 * One item of the curriculum.
 *
 * @param asked the example as the evaluation set holds it
 * @param shown the same as an exemplar, with its worked answer; equal to {@code asked} where the layouts are the same
 */
public record Item(Example asked, Example shown) {
    static Item of(Example example) {
        return new Item(example, example);
    }
}
