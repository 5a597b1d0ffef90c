package mhc.jobs.plan;

import java.io.Serializable;
import java.util.List;
import mhc.datasets.Example;
import mhc.eval.Shots;

/**
 * The unit of work and of commit: some examples of one benchmark, each with the shots drawn for it.
 *
 * @param index place in the benchmark's plan, and number of its part file
 * @param shots exemplars per prompt
 */
public record Shard(String protocol, String benchmark, int index, int shots, List<Item> items) implements Serializable {
    public Shard {
        items = List.copyOf(items);
    }

    /** One example and its shots; exemplars shared by many items are one object, so a shard serialises them once. */
    public record Item(Example example, Shots shots) implements Serializable {}
}
