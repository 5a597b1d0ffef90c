package mhc.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.decoder.ComputeType;
import mhc.model.inference.Budget;
import mhc.model.inference.ForwardPasses.KvCache;
import mhc.model.inference.ForwardPasses.NextTokens;
import mhc.model.inference.ForwardPasses.Opening;
import mhc.model.inference.ForwardPasses.Prefixes;
import mhc.model.inference.ForwardPasses.Scores;
import mhc.model.inference.ForwardPasses.Steps;
import mhc.model.inference.Pass;
import mhc.model.inference.PrefixTree;
import mhc.model.inference.PrefixTree.Node;
import mhc.model.inference.PrefixView;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The methods of the program agree with one another: whatever way tokens are fed, a model of any family is the same.
 */
class TorchProgramTest {
    /** More than the windows in the tests are wide. */
    private static final int STEPS = 9;

    private static final Budget BUDGET = new Budget(1000, 1000, 10, true, false, 2);

    private static final Map<String, TorchProgram> PROGRAMS = new HashMap<>();

    /**
     * In half types only where rounding stays small: not where it changes the choice of an expert or grows in streams.
     */
    static Stream<Arguments> models() {
        return Families.NAMES.stream().flatMap(family -> {
            Stream<Arguments> all =
                    Stream.of("none", "hc", "mhc").map(residual -> Arguments.of(family, residual, ComputeType.FLOAT32));
            Stream<Arguments> half =
                    Stream.of("none", "mhc").map(residual -> Arguments.of(family, residual, ComputeType.BFLOAT16));
            return Families.isRouted(family) ? all : Stream.concat(all, half);
        });
    }

    private static TorchProgram program(String family, String residual, ComputeType type) {
        Torch.start(1);
        return PROGRAMS.computeIfAbsent(
                family + " " + residual + " " + type,
                key -> Tiny.load(Checkpoint.open(Families.folder(family, residual)), type));
    }

    @AfterAll
    static void closePrograms() {
        PROGRAMS.values().forEach(TorchProgram::close);
    }

    /**
     * How far apart logits of two ways of feeding may lie, as a share of those beyond 1; unconstrained streams amplify.
     */
    private static float close(String residual, ComputeType type) {
        return type != ComputeType.FLOAT32 ? 0.15f : residual.equals("hc") ? 1e-4f : 1e-5f;
    }

    private static Offset<Double> share(double close, double expected) {
        return within(close * Math.max(1, Math.abs(expected)));
    }

    /** Logits [S, V] of one sequence by itself: what everything else is held against. */
    private static float[][] logits(TorchProgram program, long[] ids) {
        float[] flat = program.trace(new long[][] {ids}, true).logits();
        int vocabulary = flat.length / ids.length;
        float[][] rows = new float[ids.length][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(flat, i * vocabulary, (i + 1) * vocabulary));
        return rows;
    }

    /** Index of the largest logit, the first of equals. */
    private static int best(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    private static float margin(float[] logits) {
        float[] sorted = logits.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length - 1] - sorted[sorted.length - 2];
    }

    private static double logLikelihood(float[] logits, long target) {
        double most = logits[best(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - most);
        }
        return logits[(int) target] - most - Math.log(sum);
    }

    private static long[] concat(long[] first, long... second) {
        long[] whole = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, whole, first.length, second.length);
        return whole;
    }

    private static void assertNext(float[] logits, long token, float margin, float close) {
        if (margin > 2 * close) {
            assertThat(token).isEqualTo(best(logits));
        }
        double most = logits[best(logits)];
        assertThat((double) logits[(int) token]).isCloseTo(most, share(2 * close, most));
        assertThat((double) margin).isCloseTo(margin(logits), share(2 * close, most));
    }

    @ParameterizedTest
    @MethodSource("models")
    void aTreeInOnePassScoresAsItsSequencesByThemselves(String family, String residual, ComputeType type) {
        float close = close(residual, type);
        TorchProgram program = program(family, residual, type);
        long[] opening = Tiny.tokens(21, 1);
        long[] middle = concat(opening, Tiny.tokens(8, 2));
        List<long[]> sequences = List.of(
                concat(middle, Tiny.tokens(5, 3)),
                concat(middle, Tiny.tokens(5, 4)),
                concat(opening, Tiny.tokens(1, 5)),
                Tiny.tokens(13, 6),
                middle);
        List<Node> nodes = new ArrayList<>(PrefixTree.nodes(sequences, BUDGET));
        Pass pass = new Pass(nodes);
        assertThat(pass.tokens()).isEqualTo(21 + 8 + 5 + 5 + 1 + 13);
        long[] targets = {3, 400};
        for (int i = 0; i < nodes.size(); i++) {
            for (int position = nodes.get(i).from(); position < nodes.get(i).to(); position++) {
                pass.ask(i, position, targets);
            }
        }
        // The head runs on 7 positions at a time: blocks that end anywhere.
        Scores found = program.score(pass, 7);
        int at = 0;
        for (Node node : nodes) {
            float[][] expected = logits(program, Arrays.copyOf(node.tokens(), node.to()));
            for (int position = node.from(); position < node.to(); position++) {
                for (long target : targets) {
                    double likelihood = logLikelihood(expected[position], target);
                    assertThat((double) found.logLikelihoods()[at]).isCloseTo(likelihood, share(close, likelihood));
                    if (margin(expected[position]) > 2 * close) {
                        assertThat(found.greedy()[at]).isEqualTo(best(expected[position]) == target);
                    }
                    at++;
                }
            }
        }
        assertThat(found.logLikelihoods()).hasSize(at);
    }

    @ParameterizedTest
    @MethodSource("models")
    void keptNodesContinueInLaterPasses(String family, String residual, ComputeType type) {
        float close = close(residual, type);
        TorchProgram program = program(family, residual, type);
        long[] opening = Tiny.tokens(21, 1);
        List<long[]> sequences = List.of(concat(opening, Tiny.tokens(4, 2)), concat(opening, Tiny.tokens(9, 3)));
        for (Node node : PrefixTree.nodes(sequences, BUDGET)) {
            Pass pass = new Pass(List.of(node));
            pass.keep(node);
            pass.ask(0, node.to() - 1);
            NextTokens found = program.prefill(pass, 16);
            node.keep(found.kept().get(0));
            float[][] expected = logits(program, Arrays.copyOf(node.tokens(), node.to()));
            assertNext(expected[node.to() - 1], found.tokens()[0], found.margins()[0], close);
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void rowsDecodeAsTheirSequencesWhateverTheyAttendTo(String family, String residual, ComputeType type) {
        float close = close(residual, type);
        TorchProgram program = program(family, residual, type);
        long[][] openings = {Tiny.tokens(18, 1), Tiny.tokens(7, 2)};
        List<KvCache> sources = new ArrayList<>();
        for (long[] opening : openings) {
            sources.add(read(program, opening));
        }
        // Rows 0 and 2 continue the second opening, row 1 the first, row 3 none; row 2 has no tokens in the cache.
        long[][] whole = {
            concat(openings[1], Tiny.tokens(5, 3)),
            concat(openings[0], Tiny.tokens(2, 4)),
            openings[1],
            Tiny.tokens(6, 5)
        };
        int[] lengths = {5, 2, 0, 6};
        List<PrefixView> views = List.of(new PrefixView(0, 0, 18, 0, 0, 1), new PrefixView(1, 0, 7, 0, 1, 2));
        Prefixes prefixes = new Prefixes(views, sources, new int[] {1, 0, 2, 3});
        try (KvCache small = cache(program, whole, lengths, 8);
                KvCache cache = program.allocate(small, small, 5, 6 + STEPS + 1)) {
            long[] tokens = {9, 10, 11, 12};
            int[] positions = {12, 20, 7, 6};
            Steps steps = program.decode(tokens, positions, lengths, cache, prefixes, STEPS);
            for (int row = 0; row < 4; row++) {
                long[] sequence = concat(whole[row], tokens[row]);
                for (int step = 0; step < STEPS; step++) {
                    float[][] expected = logits(program, sequence);
                    int at = 4 * step + row;
                    assertNext(expected[sequence.length - 1], steps.tokens()[at], steps.margins()[at], close);
                    sequence = concat(sequence, steps.tokens()[at]);
                }
            }
            // The last row moves to the first one's index and goes on there.
            long newest = steps.tokens()[4 * STEPS - 1];
            int at = 6 + STEPS;
            program.move(cache, 3, 0, at);
            Steps moved = program.decode(new long[] {newest}, new int[] {at}, new int[] {at}, cache, Prefixes.NONE, 1);
            long[] sequence = concat(whole[3], tokens[3]);
            for (int step = 0; step < STEPS; step++) {
                sequence = concat(sequence, steps.tokens()[4 * step + 3]);
            }
            assertNext(logits(program, sequence)[at], moved.tokens()[0], moved.margins()[0], close);
        }
        sources.forEach(KvCache::close);
    }

    /** So many that a latent is expanded for them, and that a group of them is a matrix. */
    @ParameterizedTest
    @MethodSource("models")
    void manyRowsAttendToOnePrefix(String family, String residual, ComputeType type) {
        float close = close(residual, type);
        TorchProgram program = program(family, residual, type);
        long[] opening = Tiny.tokens(33, 1);
        int rows = 13;
        long[] tokens = Tiny.tokens(rows, 2);
        int[] positions = new int[rows];
        Arrays.fill(positions, opening.length);
        PrefixView view = new PrefixView(0, 0, opening.length, 0, 0, rows);
        try (KvCache prefix = read(program, opening);
                KvCache cache = program.allocate(KvCache.NONE, prefix, rows, 1)) {
            for (int row = 0; row < rows; row++) {
                program.fill(cache, row, new Opening(List.of(), new int[0], prefix, opening.length));
            }
            Prefixes prefixes = new Prefixes(List.of(view), List.of(prefix), new int[0]);
            Steps step = program.decode(tokens, positions, new int[rows], cache, prefixes, 1);
            for (int row = 0; row < rows; row++) {
                float[][] expected = logits(program, concat(opening, tokens[row]));
                assertNext(expected[opening.length], step.tokens()[row], step.margins()[row], close);
            }
        }
    }

    /** Rows at all phases of runs, with fewer entries than are picked and then with more, in an order of their own. */
    @ParameterizedTest
    @MethodSource("models")
    void rowsOfManyLengthsContinueOnePrefix(String family, String residual, ComputeType type) {
        float close = close(residual, type);
        TorchProgram program = program(family, residual, type);
        long[] opening = Tiny.tokens(5, 1);
        int rows = 8;
        int count = 4;
        long[][] whole = new long[rows][];
        int[] lengths = new int[rows];
        int[] positions = new int[rows];
        int[] order = new int[rows];
        for (int row = 0; row < rows; row++) {
            whole[row] = concat(opening, Tiny.tokens(row, 2 + row));
            lengths[row] = row;
            positions[row] = opening.length + row;
            order[row] = (3 * row + 5) % rows;
        }
        long[] tokens = Tiny.tokens(rows, 20);
        try (KvCache prefix = read(program, opening);
                KvCache cache = cache(program, whole, lengths, rows + count)) {
            PrefixView view = new PrefixView(0, 0, opening.length, 0, 0, rows);
            Prefixes prefixes = new Prefixes(List.of(view), List.of(prefix), order);
            Steps steps = program.decode(tokens, positions, lengths, cache, prefixes, count);
            for (int row = 0; row < rows; row++) {
                long[] sequence = concat(whole[row], tokens[row]);
                for (int step = 0; step < count; step++) {
                    float[][] expected = logits(program, sequence);
                    int at = rows * step + row;
                    assertNext(expected[sequence.length - 1], steps.tokens()[at], steps.margins()[at], close);
                    sequence = concat(sequence, steps.tokens()[at]);
                }
            }
        }
    }

    /** A cache whose rows hold the last tokens of sequences. */
    private static KvCache cache(TorchProgram program, long[][] whole, int[] lengths, int capacity) {
        KvCache cache = KvCache.NONE;
        for (int row = 0; row < whole.length; row++) {
            try (KvCache all = read(program, whole[row])) {
                if (row == 0) {
                    cache = program.allocate(KvCache.NONE, all, whole.length, capacity);
                }
                int tokens = whole[row].length;
                if (lengths[row] == 0) {
                    program.fill(cache, row, new Opening(List.of(), new int[0], all, tokens));
                    continue;
                }
                try (KvCache last = readLast(program, whole[row], lengths[row])) {
                    program.fill(cache, row, new Opening(List.of(last), new int[] {lengths[row]}, last, tokens));
                }
            }
        }
        return cache;
    }

    static KvCache read(TorchProgram program, long[] ids) {
        return readLast(program, ids, ids.length);
    }

    private static KvCache readLast(TorchProgram program, long[] ids, int count) {
        Node first = PrefixTree.nodes(List.of(ids), BUDGET).remove();
        Node last = count == ids.length ? first : first.cut(ids.length - count);
        Pass pass = new Pass(count == ids.length ? List.of(first) : List.of(first, last));
        pass.keep(last);
        return program.prefill(pass, 1).kept().get(0);
    }
}
