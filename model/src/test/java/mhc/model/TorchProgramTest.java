package mhc.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import mhc.model.PrefixTree.Node;
import mhc.model.TorchProgram.Entries;
import mhc.model.TorchProgram.Found;
import mhc.model.TorchProgram.Shared;
import mhc.model.TorchProgram.Steps;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The methods of the program agree with one another: whatever way tokens are fed, the model is the same. */
class TorchProgramTest {
    private static final float CLOSE = 1e-4f;
    private static final Budget BUDGET = new Budget(1000, 1000, 10, true, false, 2);

    private static TorchProgram load(String residual) {
        Torch.start(1);
        return TorchProgram.load(Checkpoint.open(Tiny.folder(residual)), "cpu");
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

    private static float lead(float[] logits) {
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

    private static void assertNext(float[] logits, long token, float lead) {
        assertThat(token).isEqualTo(best(logits));
        assertThat(lead).isCloseTo(lead(logits), within(CLOSE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "hc", "mhc"})
    void aTreeInOnePassScoresAsItsSequencesByThemselves(String residual) {
        try (TorchProgram program = load(residual)) {
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
            Found found = program.read(pass, 7);
            int at = 0;
            for (Node node : nodes) {
                float[][] expected = logits(program, Arrays.copyOf(node.tokens(), node.to()));
                for (int position = node.from(); position < node.to(); position++) {
                    for (long target : targets) {
                        assertThat((double) found.numbers()[at])
                                .isCloseTo(logLikelihood(expected[position], target), within((double) CLOSE));
                        assertThat(found.tokens()[at]).isEqualTo(best(expected[position]) == target ? 1 : 0);
                        at++;
                    }
                }
            }
            assertThat(found.numbers()).hasSize(at);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "hc", "mhc"})
    void keptNodesContinueInLaterPasses(String residual) {
        try (TorchProgram program = load(residual)) {
            long[] opening = Tiny.tokens(21, 1);
            List<long[]> sequences = List.of(concat(opening, Tiny.tokens(4, 2)), concat(opening, Tiny.tokens(9, 3)));
            for (Node node : PrefixTree.nodes(sequences, BUDGET)) {
                Pass pass = new Pass(List.of(node));
                pass.keep(node);
                pass.ask(0, node.to() - 1, new long[0]);
                Found found = program.read(pass, 16);
                node.hold(found.kept().get(0));
                float[][] expected = logits(program, Arrays.copyOf(node.tokens(), node.to()));
                assertNext(expected[node.to() - 1], found.tokens()[0], found.numbers()[0]);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "hc", "mhc"})
    void rowsDecodeAsTheirSequencesWhateverTheySee(String residual) {
        try (TorchProgram program = load(residual)) {
            long[][] openings = {Tiny.tokens(18, 1), Tiny.tokens(7, 2)};
            List<Entries> past = new ArrayList<>();
            for (long[] opening : openings) {
                past.add(read(program, opening));
            }
            // Rows 0 and 2 continue the second opening, row 1 the first, row 3 none; row 2 has nothing of its own.
            long[][] whole = {
                concat(openings[1], Tiny.tokens(5, 3)),
                concat(openings[0], Tiny.tokens(2, 4)),
                openings[1],
                Tiny.tokens(6, 5)
            };
            int[] own = {5, 2, 0, 6};
            long[] above = {1, 0, 18, 0, 1, 2, 0, 7, 1, 2};
            Shared shared = new Shared(above, past, new int[] {1, 0, 2, 3});
            try (Entries small = cache(program, whole, own, 8);
                    Entries cache = program.room(small, small, 5, 12)) {
                long[] tokens = {9, 10, 11, 12};
                int[] positions = {12, 20, 7, 6};
                Steps steps = program.decode(tokens, positions, own, cache, shared, 3);
                for (int row = 0; row < 4; row++) {
                    long[] sequence = concat(whole[row], tokens[row]);
                    for (int step = 0; step < 3; step++) {
                        float[][] expected = logits(program, sequence);
                        int at = 4 * step + row;
                        assertNext(expected[sequence.length - 1], steps.tokens()[at], steps.leads()[at]);
                        sequence = concat(sequence, steps.tokens()[at]);
                    }
                }
                // The last row moves into the first one's place and goes on there.
                long newest = steps.tokens()[11];
                program.move(cache, 3, 0, 9);
                Steps moved =
                        program.decode(new long[] {newest}, new int[] {9}, new int[] {9}, cache, Shared.NOTHING, 1);
                long[] sequence = concat(whole[3], 12, steps.tokens()[3], steps.tokens()[7], newest);
                assertNext(logits(program, sequence)[9], moved.tokens()[0], moved.leads()[0]);
            }
            past.forEach(Entries::close);
        }
    }

    /** A cache whose rows hold the last {@code own} entries of sequences. */
    private static Entries cache(TorchProgram program, long[][] whole, int[] own, int capacity) {
        Entries cache = Entries.NONE;
        for (int row = 0; row < whole.length; row++) {
            try (Entries all = read(program, whole[row])) {
                if (row == 0) {
                    cache = program.room(Entries.NONE, all, whole.length, capacity);
                }
            }
            if (own[row] > 0) {
                try (Entries last = readLast(program, whole[row], own[row])) {
                    program.settle(cache, row, List.of(last));
                }
            }
        }
        return cache;
    }

    private static Entries read(TorchProgram program, long[] ids) {
        return readLast(program, ids, ids.length);
    }

    private static Entries readLast(TorchProgram program, long[] ids, int count) {
        Node first = PrefixTree.nodes(List.of(ids), BUDGET).remove();
        Node last = count == ids.length ? first : first.cut(ids.length - count);
        Pass pass = new Pass(count == ids.length ? List.of(first) : List.of(first, last));
        pass.keep(last);
        return program.read(pass, 1).kept().get(0);
    }
}
