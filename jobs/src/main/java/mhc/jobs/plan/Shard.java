package mhc.jobs.plan;

import java.io.Serializable;
import java.util.List;
import java.util.Set;
import mhc.datasets.Example;
import mhc.eval.Shots;

/**
 * The unit of work and of commit: some examples of one benchmark, each with the shots drawn for it.
 *
 * @param index place in the benchmark's plan, and number of its part file
 * @param shots exemplars per prompt
 * @param committed whether its part file is there and these are only the examples to be asked once more
 */
public record Shard(String protocol, String benchmark, int index, int shots, List<Item> items, boolean committed)
        implements Serializable {
    public Shard {
        items = List.copyOf(items);
    }

    /** Some examples of this shard, which is committed, by their ids. */
    public Shard again(Set<String> ids) {
        List<Item> chosen =
                items.stream().filter(item -> ids.contains(item.example().id())).toList();
        return new Shard(protocol, benchmark, index, shots, chosen, true);
    }

    /** One example and its shots; exemplars shared by many items are one object, so a shard serialises them once. */
    public record Item(Example example, Shots shots) implements Serializable {}
}
