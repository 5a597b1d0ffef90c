package mhc.jobs.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Cuts one benchmark's requests, in plan order, into runs of neighbours. Requests of one sub-task share a prompt prefix,
 * and those of one passage a longer one: such a family is cut only where it is larger than a shard, into pieces of about
 * the same cost.
 */
final class ShardCutter {
    private final ShardSize size;
    private final double whole;
    private final List<List<Costed>> shards = new ArrayList<>();
    private List<Costed> open = new ArrayList<>();
    private ShardCost cost = ShardCost.NONE;
    private long bound;
    private long even;
    private long cut;

    /** One example, its shots, and what asking it takes. */
    record Costed(Shard.Item item, RequestCost cost) {}

    private ShardCutter(ShardSize size, long whole) {
        this.size = size;
        this.whole = whole;
        this.bound = size.at(0);
    }

    /** @param requests in plan order: sub-tasks, and in them passages, one after the other */
    static List<List<Costed>> cut(List<Costed> requests, ShardSize size) {
        ShardCutter cutter = new ShardCutter(size, cost(requests).total());
        families(requests, true).forEach(cutter::addFamily);
        cutter.close();
        return cutter.shards;
    }

    /** Neighbours of the same sub-task, or of the same passage. */
    private static Iterable<List<Costed>> families(List<Costed> requests, boolean tasks) {
        LinkedHashMap<String, List<Costed>> families = new LinkedHashMap<>();
        for (Costed request : requests) {
            String name = tasks
                    ? request.item().example().task()
                    : request.item().example().cluster();
            families.computeIfAbsent(name, key -> new ArrayList<>()).add(request);
        }
        return families.values();
    }

    static ShardCost cost(List<Costed> requests) {
        return plus(ShardCost.NONE, requests);
    }

    private static ShardCost plus(ShardCost cost, List<Costed> requests) {
        ShardCost sum = cost;
        for (Costed request : requests) {
            sum = sum.plus(request.cost());
        }
        return sum;
    }

    private void addFamily(List<Costed> family) {
        if (joins(family)) {
            return;
        }
        close();
        if (joins(family)) {
            return;
        }
        even = even(family);
        for (List<Costed> passage : families(family, false)) {
            if (!joins(passage)) {
                close();
                passage.forEach(this::add);
            }
        }
        even = 0;
    }

    /** Adds all of them to the open shard if it can take them. */
    private boolean joins(List<Costed> requests) {
        ShardCost together = plus(cost, requests);
        if (together.total() > (even > 0 ? even : ShardSize.limit(together.fixed(), bound))) {
            return false;
        }
        open.addAll(requests);
        cost = together;
        return true;
    }

    private void add(Costed request) {
        if (!open.isEmpty() && !joins(List.of(request))) {
            close();
        }
        if (open.isEmpty()) {
            open.add(request);
            cost = cost.plus(request.cost());
        }
    }

    /** The limit with which as few pieces as the bound asks for cost about the same. */
    private long even(List<Costed> family) {
        ShardCost together = cost(family);
        int prefix = family.stream()
                .skip(1)
                .mapToInt(request -> request.cost().shared())
                .min()
                .orElse(0);
        long again = together.fixed() - together.first() + prefix;
        long divisible = Math.max(1, together.total() - together.fixed());
        long most = Math.max(1, ShardSize.limit(again, bound) - again);
        long pieces = (divisible + most - 1) / most;
        return again + (divisible + pieces - 1) / pieces;
    }

    private void close() {
        if (!open.isEmpty()) {
            shards.add(open);
            cut += cost.total() - cost.fixed();
            open = new ArrayList<>();
            cost = ShardCost.NONE;
        }
        bound = size.at(Math.min(1, cut / whole));
    }
}
