package mhc.jobs.plan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import mhc.datasets.Corpora;
import mhc.datasets.Example;
import mhc.datasets.InputException;
import mhc.datasets.LoadedCorpus;
import mhc.datasets.Sha256;
import mhc.eval.Benchmark;
import mhc.eval.Request;
import mhc.eval.Shots;
import mhc.eval.protocol.Protocols;
import mhc.jobs.config.Problems;
import mhc.jobs.config.RunConfig;
import org.apache.hadoop.conf.Configuration;

/**
 * Which examples are evaluated, with which shots, in which shards. Depends on the data and the configuration alone,
 * never on cores or executors, so that a run can be resumed on any cluster.
 */
public final class ShardPlan {
    /** Examples a shard holds at most: several batches on any device, yet thousands of shards' worth of balance. */
    static final int SHARD_EXAMPLES = 256;

    private ShardPlan() {}

    /**
     * One benchmark's part of the plan.
     *
     * @param costs of the shards, relative to one another
     * @param prompts SHA-256, in hexadecimal digits, of all its requests' {@link Request#hash()}, one a line, in plan
     *     order
     */
    public record Planned(
            Benchmark benchmark, LoadedCorpus corpus, int shots, List<Shard> shards, List<Long> costs, String prompts) {
        public long cost(Shard shard) {
            return costs.get(shard.index());
        }

        public int examples() {
            return shards.stream().mapToInt(shard -> shard.items().size()).sum();
        }
    }

    /** @throws InputException naming every benchmark whose files are missing, malformed or too few */
    public static List<Planned> of(RunConfig config, Configuration hadoop) {
        Corpora corpora = new Corpora(config.data(), hadoop);
        Problems problems = new Problems();
        List<Planned> plan = new ArrayList<>();
        for (String name : config.benchmarks()) {
            problems.collect(() -> plan.add(planned(config, corpora, name)));
        }
        problems.throwIfAny("The data under " + config.data());
        return plan;
    }

    private static Planned planned(RunConfig config, Corpora corpora, String name) {
        Benchmark benchmark = Protocols.named(config.protocol()).benchmark(name);
        int shots = config.shots().getOrDefault(name, benchmark.defaultShots());
        LoadedCorpus corpus = corpora.load(benchmark.corpus(), benchmark.info().poolFor(shots), config.filesOf(name));
        List<Shots> drawn = benchmark.drawShots(corpus.examples(), corpus.pool(), shots);
        Set<Integer> chosen = new HashSet<>(choose(corpus.examples(), config.limit()));
        List<Shard.Item> items = new ArrayList<>();
        for (int i = 0; i < drawn.size(); i++) {
            if (chosen.contains(i)) {
                items.add(new Shard.Item(corpus.examples().get(i), drawn.get(i)));
            }
        }
        return described(benchmark, corpus, shots, cut(config.protocol(), name, shots, items));
    }

    /** Renders every request, once, for what is said of all of them. */
    private static Planned described(Benchmark benchmark, LoadedCorpus corpus, int shots, List<Shard> shards) {
        StringBuilder hashes = new StringBuilder();
        List<Long> costs = new ArrayList<>();
        for (Shard shard : shards) {
            long cost = 0;
            for (Shard.Item item : shard.items()) {
                Request request = benchmark.request(item.example(), item.shots());
                hashes.append(request.hash()).append('\n');
                cost += ShardCost.of(request);
            }
            costs.add(cost);
        }
        return new Planned(benchmark, corpus, shots, shards, costs, Sha256.of(hashes.toString()));
    }

    /**
     * Indices of the examples evaluated: all for limit 0, else round robin over the sub-tasks in name order, file order
     * inside each.
     */
    public static List<Integer> choose(List<Example> examples, int limit) {
        TreeMap<String, Deque<Integer>> byTask = new TreeMap<>();
        for (int i = 0; i < examples.size(); i++) {
            byTask.computeIfAbsent(examples.get(i).task(), task -> new ArrayDeque<>())
                    .add(i);
        }
        int most = limit == 0 ? examples.size() : Math.min(limit, examples.size());
        List<Integer> chosen = new ArrayList<>(most);
        while (chosen.size() < most) {
            for (Deque<Integer> queue : byTask.values()) {
                if (!queue.isEmpty() && chosen.size() < most) {
                    chosen.add(queue.remove());
                }
            }
        }
        return chosen;
    }

    /**
     * Cuts items into shards. Items of one sub-task, and of one passage, share a prompt prefix: such a family is never
     * split unless it is larger than a shard.
     */
    static List<Shard> cut(String protocol, String benchmark, int shots, List<Shard.Item> items) {
        TreeMap<String, List<Shard.Item>> byTask = new TreeMap<>();
        items.forEach(item -> byTask.computeIfAbsent(item.example().task(), task -> new ArrayList<>())
                .add(item));
        List<List<Shard.Item>> pieces = new ArrayList<>();
        for (List<Shard.Item> task : byTask.values()) {
            pieces.addAll(task.size() <= SHARD_EXAMPLES ? List.of(task) : split(task));
        }
        List<Shard> shards = new ArrayList<>();
        for (List<Shard.Item> packed : pack(pieces)) {
            shards.add(new Shard(protocol, benchmark, shards.size(), shots, packed, false));
        }
        return shards;
    }

    /** A large sub-task: its clusters stay together, in order of first appearance. */
    private static List<List<Shard.Item>> split(List<Shard.Item> task) {
        LinkedHashMap<String, List<Shard.Item>> clusters = new LinkedHashMap<>();
        task.forEach(item -> clusters.computeIfAbsent(item.example().cluster(), cluster -> new ArrayList<>())
                .add(item));
        return pack(clusters.values());
    }

    /** Joins neighbours while they fit into a shard; a piece larger than a shard is cut into full ones. */
    private static List<List<Shard.Item>> pack(Collection<List<Shard.Item>> pieces) {
        List<List<Shard.Item>> packed = new ArrayList<>();
        List<Shard.Item> open = new ArrayList<>();
        for (List<Shard.Item> piece : pieces) {
            if (!open.isEmpty() && open.size() + piece.size() > SHARD_EXAMPLES) {
                packed.add(open);
                open = new ArrayList<>();
            }
            for (Shard.Item item : piece) {
                if (open.size() == SHARD_EXAMPLES) {
                    packed.add(open);
                    open = new ArrayList<>();
                }
                open.add(item);
            }
        }
        if (!open.isEmpty()) {
            packed.add(open);
        }
        return packed;
    }
}
