package mhc.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import mhc.model.SharedPrefixes.Family;
import mhc.model.TorchProgram.Entries;
import mhc.model.TorchProgram.Next;
import mhc.model.TorchProgram.Prefilled;

/** Greedy decoding of many rows of different lengths together: finished rows leave the batch, waiting ones join it. */
final class GreedyDecoder implements AutoCloseable {
    /** Room is added to the cache in blocks of tokens. */
    private static final int BLOCK = 64;

    private final TorchProgram program;
    private final Budget budget;
    private final Done done;
    private final List<Row> rows = new ArrayList<>();
    private Entries cache = Entries.NONE;
    private int capacity;

    /** Told about each job when it is complete. */
    @FunctionalInterface
    interface Done {
        void accept(GenerateJob job, int reusedTokens);
    }

    /** A job in the batch. */
    private record Row(GenerateJob job, int reusedTokens) {}

    GreedyDecoder(TorchProgram program, Budget budget, Done done) {
        this.program = program;
        this.budget = budget;
        this.done = done;
    }

    void run(List<GenerateJob> jobs) {
        for (Family<GenerateJob> family : budget.families(jobs, GenerateJob::prompt, GenerateJob::sharable)) {
            GenerateJob first = family.members().get(0);
            try (Root root = Root.of(program, first.prompt(), family.length())) {
                List<GenerateJob> longestFirst = new ArrayList<>(family.members());
                longestFirst.sort(Comparator.comparingInt(GenerateJob::longest).reversed());
                Deque<Row> waiting = new ArrayDeque<>();
                longestFirst.forEach(job -> waiting.add(new Row(job, job == first ? 0 : root.length())));
                while (!waiting.isEmpty()) {
                    join(waiting, root);
                    step();
                }
            }
        }
        while (!rows.isEmpty()) {
            step();
        }
    }

    /** Lets waiting rows in, when there is room for a good part of a batch. */
    private void join(Deque<Row> waiting, Root root) {
        int limit = limit(waiting.peek());
        if (!rows.isEmpty() && 4 * (limit - rows.size()) < limit) {
            return;
        }
        while (rows.size() < limit && !waiting.isEmpty()) {
            List<Row> batch = new ArrayList<>();
            int width = 1;
            while (rows.size() + batch.size() < limit && !waiting.isEmpty()) {
                width = Math.max(width, waiting.peek().job().prompt().length - root.length());
                if (!batch.isEmpty() && (batch.size() + 1L) * width > budget.tokens()) {
                    break;
                }
                batch.add(waiting.poll());
            }
            prefill(batch, root);
        }
    }

    /** Most rows that may decode together when {@code next} joins. */
    private int limit(Row next) {
        if (budget.alone()) {
            return 1;
        }
        int longest = next.job().longest();
        for (Row row : rows) {
            longest = Math.max(longest, row.job().longest());
        }
        return (int) Math.max(1, Math.min(budget.tokens(), budget.cacheTokens() / longest));
    }

    private void prefill(List<Row> batch, Root root) {
        int[] from = new int[batch.size()];
        int[] to = new int[batch.size()];
        int[] own = new int[batch.size()];
        List<long[]> prompts = new ArrayList<>();
        for (int i = 0; i < own.length; i++) {
            prompts.add(batch.get(i).job().prompt());
            from[i] = root.length();
            to[i] = prompts.get(i).length;
            own[i] = to[i] - from[i];
        }
        Prefilled first = program.prefill(Batches.rows(prompts, from, to), own, root.prefixes());
        try (Entries fresh = first.entries()) {
            List<Integer> going = accept(batch, first.next(), first.gap());
            if (going.isEmpty()) {
                return;
            }
            for (int i : going) {
                reserve(to[i] + 1);
            }
            append(program.pack(root.prefixes(), fresh, capacity), going, own.length);
            going.forEach(i -> rows.add(batch.get(i)));
        }
    }

    /** Makes sure that a row of {@code tokens} fits. */
    private void reserve(int tokens) {
        if (tokens > capacity) {
            capacity = (tokens + BLOCK - 1) / BLOCK * BLOCK;
            if (!rows.isEmpty()) {
                replace(program.grow(cache, capacity));
            }
        }
    }

    private void append(Entries packed, List<Integer> going, int of) {
        Entries joining = packed;
        if (going.size() < of) {
            joining = program.select(packed, going.stream().mapToInt(i -> i).toArray());
            packed.close();
        }
        if (rows.isEmpty()) {
            replace(joining);
        } else {
            replace(program.join(cache, joining));
            joining.close();
        }
    }

    /** One more token for every row. */
    private void step() {
        if (rows.isEmpty()) {
            return;
        }
        long[] tokens = rows.stream().mapToLong(row -> row.job().last()).toArray();
        int[] lengths = rows.stream().mapToInt(row -> row.job().cached()).toArray();
        for (int length : lengths) {
            reserve(length + 1);
        }
        Next next = program.decode(tokens, lengths, cache);
        List<Integer> going = accept(rows, next.token(), next.gap());
        if (going.isEmpty()) {
            rows.clear();
            replace(Entries.NONE);
            capacity = 0;
        } else if (going.size() < rows.size()) {
            replace(program.select(cache, going.stream().mapToInt(i -> i).toArray()));
            List<Row> left = going.stream().map(rows::get).toList();
            rows.clear();
            rows.addAll(left);
        }
    }

    /** Hands each row its token; returns the indices of rows that go on. */
    private List<Integer> accept(List<Row> batch, long[] tokens, float[] gaps) {
        List<Integer> going = new ArrayList<>();
        for (int i = 0; i < tokens.length; i++) {
            Row row = batch.get(i);
            if (row.job().add(tokens[i], gaps[i])) {
                done.accept(row.job(), row.reusedTokens());
            } else {
                going.add(i);
            }
        }
        return going;
    }

    private void replace(Entries next) {
        cache.close();
        cache = next;
    }

    @Override
    public void close() {
        replace(Entries.NONE);
    }
}
