package mhc.model.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import mhc.model.inference.ForwardPasses.KvCache;
import mhc.model.inference.ForwardPasses.Opening;
import mhc.model.inference.ForwardPasses.Prefixes;
import mhc.model.inference.ForwardPasses.Repetition;
import mhc.model.inference.ForwardPasses.Steps;
import mhc.model.inference.PrefixTree.Node;

/** The rows that decode together, their KV cache and the prefixes that they attend to. */
final class DecodeBatch implements AutoCloseable {
    private final ForwardPasses program;
    private final RowCache cache;
    private final List<Row> rows = new ArrayList<>();
    private int mostRows;
    // What the rows attend to, until one comes or goes.
    private Prefixes prefixes;

    /**
     * A job in the batch.
     *
     * @param node the end of its path in the tree
     * @param attended nodes that it attends to where they are
     * @param copied tokens of its row of the cache before the first step
     * @param before tokens that it had generated before it joined
     */
    record Row(GenerateJob job, int sequence, Node node, List<Node> attended, int copied, int before) {
        /** Tokens of its row of the cache: all since it joined but the newest. */
        int length() {
            return copied + job.tokens() - before - 1;
        }

        /** The most of these that there can be. */
        int most() {
            return copied + job.maxTokens() - before;
        }
    }

    DecodeBatch(ForwardPasses program, int mostRows) {
        this.program = program;
        this.cache = new RowCache(program);
        this.mostRows = mostRows;
    }

    List<Row> rows() {
        return rows;
    }

    int size() {
        return rows.size();
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** How many rows there may be. */
    int mostRows() {
        return mostRows;
    }

    /**
     * Makes sure that so many more rows fit, so that they need not be moved as they enter one by one.
     *
     * @param copied most tokens that one of them has in its row of the cache
     * @param like a cache of the same decoder
     */
    void expect(int more, int copied, KvCache like) {
        reserve(rows.size() + more, copied + 1, like);
    }

    /**
     * A row for a job whose prompt is read and whose first token is there.
     *
     * @param copied nodes of its path that go into its row of the cache
     * @param before tokens that it had generated before its prompt was read
     */
    void enter(GenerateJob job, int sequence, Node node, List<Node> copied, int before) {
        List<Node> attended = new ArrayList<>(node.above());
        attended.add(node);
        attended.removeAll(copied);
        int tokens = copied.stream().mapToInt(Node::length).sum();
        reserve(rows.size() + 1, tokens + 1, node.kept());
        cache.fill(
                rows.size(),
                new Opening(
                        copied.stream().map(Node::kept).toList(),
                        copied.stream().mapToInt(Node::length).toArray(),
                        node.kept(),
                        node.to()));
        if (copied.size() == 1 && node.isLeaf() && node.ends().size() == 1) {
            node.close();
        }
        rows.add(new Row(job, sequence, node, attended, tokens, before));
        prefixes = null;
    }

    /**
     * Greedy steps of all rows.
     *
     * @throws OutOfMemoryException when the engine cannot have the memory
     */
    Steps decode(int steps) {
        long[] tokens = rows.stream().mapToLong(row -> row.job().last()).toArray();
        int[] positions = rows.stream().mapToInt(row -> row.job().length() - 1).toArray();
        int[] lengths = rows.stream().mapToInt(Row::length).toArray();
        int longest = Arrays.stream(lengths).max().orElseThrow();
        reserve(rows.size(), longest + steps, cache.cache());
        List<GenerateJob> jobs = rows.stream().map(Row::job).toList();
        Repetition repetition = Repetition.of(
                GreedyDecoder.penalty(jobs),
                jobs.stream().map(GenerateJob::seen).toList());
        return program.decode(tokens, positions, lengths, cache.cache(), prefixes(), steps, repetition);
    }

    private void reserve(int wantedRows, int tokens, KvCache like) {
        int most = rows.stream().mapToInt(Row::most).max().orElse(tokens);
        cache.reserve(wantedRows, tokens, mostRows, most, like);
    }

    /** Takes a row out; the last one moves to its index. */
    void leave(int index) {
        Row last = rows.remove(rows.size() - 1);
        if (index < rows.size()) {
            cache.move(rows.size(), index, last.length());
            rows.set(index, last);
        }
        prefixes = null;
    }

    /** Takes the later half of several rows out, the last first, and from now on allows no more than the others. */
    List<Row> halve() {
        mostRows = Math.max(1, rows.size() / 2);
        List<Row> out = new ArrayList<>();
        while (rows.size() > mostRows) {
            out.add(rows.remove(rows.size() - 1));
        }
        cache.shrink(rows.size());
        prefixes = null;
        return out;
    }

    /** What the rows attend to: those under one node stand side by side, in the tree's order. */
    private Prefixes prefixes() {
        if (prefixes == null) {
            int[] order = IntStream.range(0, rows.size())
                    .boxed()
                    .sorted(Comparator.comparingInt(
                            (Integer i) -> rows.get(i).node().rank()))
                    .mapToInt(Integer::intValue)
                    .toArray();
            Pass.Queries queries = new Pass.Queries();
            for (int i = 0; i < order.length; i++) {
                for (Node node : rows.get(order[i]).attended()) {
                    queries.add(node, 0, i, 1);
                }
            }
            boolean asTheyStand = IntStream.range(0, order.length).allMatch(i -> order[i] == i);
            prefixes = queries.prefixes(Map.of(), asTheyStand ? new int[0] : order);
        }
        return prefixes;
    }

    @Override
    public void close() {
        cache.close();
    }
}
