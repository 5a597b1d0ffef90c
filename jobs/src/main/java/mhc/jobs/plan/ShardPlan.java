package mhc.jobs.plan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
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
import mhc.jobs.plan.ShardCutter.Costed;
import mhc.jobs.run.RecordedRun;
import org.apache.hadoop.conf.Configuration;

/**
 * Which examples are evaluated, with which shots, in which shards. Depends on the data and the configuration alone,
 * never on cores or executors, so that a run can be resumed on any cluster.
 */
public final class ShardPlan {
    private ShardPlan() {}

    /**
     * One benchmark's part of the plan.
     *
     * @param requests what each example of each shard costs to ask
     * @param prompts SHA-256, in hexadecimal digits, of all its requests' {@link Request#hash()}, one a line, in plan
     *     order
     */
    public record Planned(
            Benchmark benchmark,
            LoadedCorpus corpus,
            int shots,
            List<Shard> shards,
            List<List<RequestCost>> requests,
            String prompts) {
        public Planned {
            shards = List.copyOf(shards);
            requests = List.copyOf(requests);
        }

        /** Of a shard, or of some examples of one. */
        public ShardCost cost(Shard shard) {
            List<RequestCost> costs = requests.get(shard.index());
            if (shard.items().size() == costs.size()) {
                return ShardCost.of(costs);
            }
            Set<String> chosen = new HashSet<>();
            shard.items().forEach(item -> chosen.add(item.example().id()));
            List<Shard.Item> whole = shards.get(shard.index()).items();
            return ShardCost.of(IntStream.range(0, whole.size())
                    .filter(at -> chosen.contains(whole.get(at).example().id()))
                    .mapToObj(costs::get)
                    .toList());
        }

        public int examples() {
            return shards.stream().mapToInt(shard -> shard.items().size()).sum();
        }

        /** SHA-256, in hexadecimal digits, of its examples' ids, one a line, and an empty line after each shard. */
        public String cuts() {
            StringBuilder text = new StringBuilder();
            for (Shard shard : shards) {
                shard.items().forEach(item -> text.append(item.example().id()).append('\n'));
                text.append('\n');
            }
            return Sha256.of(text.toString());
        }
    }

    /**
     * A benchmark before it is cut: its requests in plan order.
     *
     * @param generates whether a model's new tokens are generated, one after the other, or read
     */
    record Uncut(
            Benchmark benchmark,
            LoadedCorpus corpus,
            int shots,
            List<Costed> requests,
            boolean generates,
            String prompts) {
        /** With the costs of a recorded run in the place of estimates. */
        private Uncut by(RecordedRun run) {
            RecordedCosts costs = new RecordedCosts(run, benchmark, generates);
            return new Uncut(
                    benchmark, corpus, shots, requests.stream().map(costs::of).toList(), generates, prompts);
        }

        private long cost() {
            return ShardCutter.cost(requests).total();
        }

        private Planned cut(String protocol, ShardSize size) {
            List<Shard> shards = new ArrayList<>();
            List<List<RequestCost>> costs = new ArrayList<>();
            for (List<Costed> shard : ShardCutter.cut(requests, size)) {
                List<Shard.Item> items = shard.stream().map(Costed::item).toList();
                shards.add(new Shard(protocol, benchmark.name(), shards.size(), shots, items, false));
                costs.add(shard.stream().map(Costed::cost).toList());
            }
            return new Planned(benchmark, corpus, shots, shards, costs, prompts);
        }
    }

    /** @throws InputException naming every benchmark whose files are missing, malformed or too few */
    public static List<Planned> of(RunConfig config, Configuration hadoop) {
        return cut(config, uncut(config, hadoop), config.shards().executors());
    }

    /** The benchmarks, to be cut in one way or another. */
    static List<Uncut> uncut(RunConfig config, Configuration hadoop) {
        Corpora corpora = new Corpora(config.data(), hadoop);
        Problems problems = new Problems();
        List<Uncut> uncut = new ArrayList<>();
        for (String name : config.benchmarks()) {
            problems.collect(() -> uncut.add(uncut(config, corpora, name)));
        }
        problems.throwIfAny("The data under " + config.data());
        if (config.shards().recorded().isEmpty()) {
            return uncut;
        }
        RecordedRun recorded = RecordedRun.at(config.shards().recorded(), hadoop);
        return uncut.stream().map(benchmark -> benchmark.by(recorded)).toList();
    }

    /** The plan of a run that is to keep so many executors busy. */
    static List<Planned> cut(RunConfig config, List<Uncut> uncut, int executors) {
        long cost =
                config.models().size() * uncut.stream().mapToLong(Uncut::cost).sum();
        ShardSize size = new ShardSize(cost, executors);
        return uncut.stream()
                .map(benchmark -> benchmark.cut(config.protocol(), size))
                .toList();
    }

    private static Uncut uncut(RunConfig config, Corpora corpora, String name) {
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
        StringBuilder hashes = new StringBuilder();
        List<Costed> requests = new ArrayList<>();
        boolean generates = false;
        String before = "";
        for (Shard.Item item : inOrder(items)) {
            Request request = benchmark.request(item.example(), item.shots());
            hashes.append(request.hash()).append('\n');
            requests.add(new Costed(item, RequestCost.of(request, before, item.example(), item.shots())));
            generates |= request instanceof Request.Generate;
            before = request.context();
        }
        return new Uncut(benchmark, corpus, shots, requests, generates, Sha256.of(hashes.toString()));
    }

    /** Sub-tasks in name order, in each of them passages in the order of their first question. */
    private static List<Shard.Item> inOrder(List<Shard.Item> items) {
        TreeMap<String, LinkedHashMap<String, List<Shard.Item>>> families = new TreeMap<>();
        items.forEach(item -> families.computeIfAbsent(item.example().task(), task -> new LinkedHashMap<>())
                .computeIfAbsent(item.example().cluster(), cluster -> new ArrayList<>())
                .add(item));
        return families.values().stream()
                .flatMap(task -> task.values().stream())
                .flatMap(List::stream)
                .toList();
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
}
