package mhc.model.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import mhc.model.inference.DecodeBatch.Row;
import mhc.model.inference.ForwardPasses.KvCache;
import mhc.model.inference.ForwardPasses.NextTokens;
import mhc.model.inference.ForwardPasses.Opening;
import mhc.model.inference.ForwardPasses.Prefixes;
import mhc.model.inference.ForwardPasses.Repetition;
import mhc.model.inference.ForwardPasses.Steps;
import mhc.model.inference.PrefixTree.Node;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Greedy decoding of many rows of different lengths together: finished rows leave the batch, waiting ones join it. Each
 * row has keys and values in the cache of the batch and attends to shared prefixes where they are.
 */
public final class GreedyDecoder implements TreeReader.Questions<NextTokens>, AutoCloseable {
    /** A longer end of a prompt is attended to where it is instead of being copied into the cache. */
    private static final int LONGEST_COPIED = 1024;

    /** Steps of one call to the engine, at most. */
    private static final int MOST_STEPS = 4;

    /** Tokens that every answer has already, per additional step. */
    private static final int TOKENS_PER_STEP = 32;

    private static final Logger log = LoggerFactory.getLogger(GreedyDecoder.class);

    private final ForwardPasses program;
    private final Budget budget;
    private final WorkMeter meter;
    private final List<GenerateJob> jobs;
    private final int seconds;
    private final TreeReader<NextTokens> reader;
    private final DecodeBatch batch;
    private int joined;
    private long reserved;

    private GreedyDecoder(ForwardPasses program, Budget budget, WorkMeter meter, List<GenerateJob> jobs, int seconds) {
        this.program = program;
        this.budget = budget;
        this.meter = meter;
        this.jobs = jobs;
        this.seconds = seconds;
        this.batch = new DecodeBatch(program, budget.rows());
        this.reader = new TreeReader<>(
                program,
                budget,
                meter,
                PrefixTree.nodes(jobs.stream().map(GenerateJob::prompt).toList(), budget));
    }

    /**
     * Completes every job; each is told so itself.
     *
     * @param seconds of its own after which an answer that is not complete fails, or 0: of a step that many answers
     *     take together, each has its part
     */
    public static void run(ForwardPasses program, Budget budget, WorkMeter meter, List<GenerateJob> jobs, int seconds) {
        try (GreedyDecoder decoder = new GreedyDecoder(program, budget, meter, jobs, seconds)) {
            while (!decoder.reader.isDone() || !decoder.batch.isEmpty()) {
                decoder.join();
                decoder.step();
            }
        }
    }

    /** The {@code count} likeliest tokens after a prompt, whatever they are. */
    public static long[] continuation(ForwardPasses program, long[] prompt, int count) {
        Budget whole = new Budget(prompt.length, prompt.length, 1, false, false, 0);
        Node node = PrefixTree.nodes(List.of(prompt), whole).remove();
        Pass pass = new Pass(List.of(node));
        pass.keep(node);
        pass.ask(0, prompt.length - 1);
        NextTokens first = program.prefill(pass, 1);
        long[] tokens = Arrays.copyOf(first.tokens(), count);
        try (KvCache prefix = first.kept().get(0);
                KvCache cache = program.allocate(KvCache.NONE, prefix, 1, prompt.length + count)) {
            program.fill(cache, 0, Opening.of(prefix, prompt.length));
            int[] length = {prompt.length};
            Steps steps = program.decode(first.tokens(), length, length, cache, Prefixes.NONE, count);
            System.arraycopy(steps.tokens(), 0, tokens, 1, count - 1);
        }
        return tokens;
    }

    /** Lets waiting rows in, unless the batch is nearly as large as it may be. */
    private void join() {
        if (!batch.isEmpty() && batch.size() > joined - Math.max(1, joined / 8)) {
            return;
        }
        while (!reader.isDone() && (batch.isEmpty() || fits(reader.next(), 0, 0))) {
            reader.read(new Admission(reader.next())::admits, this);
        }
        joined = batch.size();
    }

    /** Counts what a pass takes in. */
    private final class Admission {
        private long bytes;
        private int ends;

        Admission(Node first) {
            this.bytes = cost(first);
            this.ends = first.ends().size();
        }

        boolean admits(Node node) {
            boolean fits = fits(node, bytes, ends);
            bytes += cost(node);
            ends += node.ends().size();
            return fits;
        }
    }

    private boolean fits(Node node, long bytes, int ends) {
        return batch.size() + ends + node.ends().size() <= batch.mostRows()
                && reserved + bytes + cost(node) <= budget.cacheBytes();
    }

    /** Bytes that a node and the answers that follow it may keep. */
    private long cost(Node node) {
        return costOfTokens(node)
                + node.ends().stream().mapToLong(end -> cost(jobs.get(end))).sum();
    }

    /** Of the node's own tokens: by themselves, unless they go into the row of its answer. */
    private long costOfTokens(Node node) {
        boolean moves = !copied(node).isEmpty();
        return moves ? budget.cost().ofTokens(node.length()) : budget.cost().of(node.length());
    }

    /** Of an answer's row, which holds the whole sequence where nothing may be attended to in company. */
    private long cost(GenerateJob job) {
        int prompt = budget.deterministic() ? job.prompt().length : 0;
        return budget.cost().of(prompt + job.maxTokens());
    }

    @Override
    public void ask(Pass pass) {
        for (int i = 0; i < pass.nodes().size(); i++) {
            Node node = pass.nodes().get(i);
            pass.keep(node);
            if (!node.ends().isEmpty()) {
                for (int position : asked(node)) {
                    pass.ask(i, position);
                }
            }
        }
    }

    @Override
    public NextTokens run(Pass pass, int headBlock) {
        return program.prefill(pass, headBlock, Repetition.of(penalty(jobs), seen(pass)));
    }

    /** Of every job the same: what the checkpoint says. */
    static double penalty(List<GenerateJob> jobs) {
        return jobs.get(0).penalty();
    }

    /** What has been seen before each asked position. */
    private List<long[]> seen(Pass pass) {
        List<long[]> seen = new ArrayList<>();
        for (Node node : pass.nodes()) {
            if (!node.ends().isEmpty()) {
                seen.addAll(Collections.nCopies(
                        asked(node).size(), jobs.get(node.ends().get(0)).seen()));
            }
        }
        return seen;
    }

    /** Positions to ask for what follows a node in which sequences end. */
    private List<Integer> asked(Node node) {
        List<Integer> last = List.of(node.to() - 1);
        return budget.alone() ? Pass.wholeBlocks(node, last) : last;
    }

    @Override
    public void take(Pass pass, NextTokens found) {
        List<Node> ending =
                pass.nodes().stream().filter(node -> !node.ends().isEmpty()).toList();
        if (!ending.isEmpty()) {
            batch.expect(
                    ending.stream().mapToInt(node -> node.ends().size()).sum(),
                    ending.stream().mapToInt(this::copiedTokens).max().orElseThrow(),
                    ending.get(0).kept());
        }
        int at = -1;
        for (Node node : pass.nodes()) {
            reserved += cost(node);
            if (node.ends().isEmpty()) {
                continue;
            }
            at += asked(node).size();
            for (int end : List.copyOf(node.ends())) {
                GenerateJob job = jobs.get(end);
                int before = job.tokens();
                if (job.add(found.tokens()[at], found.margins()[at])) {
                    finish(node, end);
                } else {
                    batch.enter(job, end, node, copied(node), before);
                }
            }
        }
    }

    /** Nodes whose keys and values go into a row of the cache for a sequence that ends with this one. */
    private List<Node> copied(Node node) {
        if (budget.deterministic()) {
            List<Node> path = new ArrayList<>(node.above());
            path.add(node);
            return path;
        }
        boolean alone = node.isLeaf() && node.ends().size() == 1;
        return alone && node.length() < LONGEST_COPIED ? List.of(node) : List.of();
    }

    private int copiedTokens(Node node) {
        return copied(node).stream().mapToInt(Node::length).sum();
    }

    /** One more token for every row, or a few. */
    private void step() {
        if (batch.isEmpty()) {
            return;
        }
        long start = program.clock();
        int count = batch.size();
        int steps = steps();
        Steps next;
        try {
            next = batch.decode(steps);
        } catch (OutOfMemoryException e) {
            retreat();
            return;
        }
        long share = (program.clock() - start) / count;
        int surplus = 0;
        for (int i = count - 1; i >= 0; i--) {
            Row row = batch.rows().get(i);
            boolean complete = false;
            int taken = 0;
            for (; taken < steps && !complete; taken++) {
                complete = row.job().add(next.tokens()[taken * count + i], next.margins()[taken * count + i]);
            }
            surplus += steps - taken;
            if (complete || row.job().isLateAfter(share, seconds)) {
                finish(row.node(), row.sequence());
                batch.leave(i);
            }
        }
        meter.decoded(count * steps, surplus, steps, program.clock() - start);
    }

    /**
     * Steps per call of the engine: the longer the shortest answer already is, the less a few tokens behind its end
     * matter, and no row takes a step that its limit forbids.
     */
    private int steps() {
        int steps = MOST_STEPS;
        for (Row row : batch.rows()) {
            GenerateJob job = row.job();
            steps = Math.min(steps, Math.min(1 + job.tokens() / TOKENS_PER_STEP, job.maxTokens() - job.tokens()));
        }
        return steps;
    }

    private void finish(Node node, int sequence) {
        GenerateJob job = jobs.get(sequence);
        int reused = node.first() != sequence ? node.to() : 0;
        for (Node above : node.above()) {
            reused = above.first() != sequence ? Math.max(reused, above.to()) : reused;
        }
        job.finish(reused);
        reserved -=
                cost(job) + node.finish().stream().mapToLong(this::costOfTokens).sum();
    }

    /**
     * Sends the later half of the rows back to wait, to be read again together with what they have generated, or to begin
     * anew where that would give other bits.
     */
    private void retreat() {
        log.info("Out of memory at a step of {} answers: half of them wait from now on", batch.size());
        if (batch.size() == 1) {
            Row row = batch.rows().get(0);
            row.job().fail(TreeReader.outOfMemory(row.job().length()));
            finish(row.node(), row.sequence());
            batch.leave(0);
            return;
        }
        for (Row row : batch.halve()) {
            boolean copied = !row.attended().contains(row.node());
            reserved -= cost(row.job()) + (copied ? costOfTokens(row.node()) : 0);
            if (budget.deterministic()) {
                row.job().restart();
            }
            reader.putFirst(row.node().continued(row.job().sequence(), row.sequence(), copied));
        }
    }

    @Override
    public void giveUp(Node node) {
        reserved += cost(node);
        for (int end : node.ends()) {
            jobs.get(end).fail(TreeReader.outOfMemory(node.to()));
            finish(node, end);
        }
    }

    @Override
    public void close() {
        reader.close();
        batch.close();
    }
}
