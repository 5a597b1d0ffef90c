package mhc.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import mhc.model.TorchProgram.Entries;
import mhc.model.TorchProgram.Next;
import mhc.model.TorchProgram.Prefilled;
import mhc.model.TorchProgram.Prefixes;
import mhc.model.TorchProgram.Scored;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The methods of the program agree with one another: whatever way tokens are fed, the model is the same. */
class TorchProgramTest {
    private static final float CLOSE = 1e-4f;

    private static TorchProgram load(String residual) {
        Checkpoint checkpoint = Checkpoint.open(Tiny.folder(residual));
        return Tiny.load(checkpoint, ComputeType.FLOAT32);
    }

    /** Index of the largest of V logits at a position, and its lead. */
    private static int best(float[] logits, int position, int vocabulary) {
        int best = 0;
        for (int i = 1; i < vocabulary; i++) {
            if (logits[position * vocabulary + i] > logits[position * vocabulary + best]) {
                best = i;
            }
        }
        return best;
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "hc", "mhc"})
    void decodingTokenByTokenEqualsOneForwardPass(String residual) {
        try (TorchProgram program = load(residual)) {
            long[] ids = Tiny.tokens(30, 3);
            float[] logits = program.trace(new long[][] {ids}, true).logits();
            int vocabulary = logits.length / ids.length;
            int prompt = 11;
            Prefilled first =
                    program.prefill(new long[][] {Arrays.copyOf(ids, prompt)}, new int[] {prompt}, Prefixes.NONE);
            assertThat(first.next()[0]).isEqualTo(best(logits, prompt - 1, vocabulary));
            try (Entries cache = program.pack(Prefixes.NONE, first.entries(), ids.length)) {
                for (int at = prompt; at < ids.length; at++) {
                    Next next = program.decode(new long[] {ids[at]}, new int[] {at}, cache);
                    assertThat(next.token()[0]).as("position %d", at).isEqualTo(best(logits, at, vocabulary));
                    float[] row = Arrays.copyOfRange(logits, at * vocabulary, (at + 1) * vocabulary);
                    Arrays.sort(row);
                    assertThat(next.gap()[0]).isCloseTo(row[vocabulary - 1] - row[vocabulary - 2], within(CLOSE));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "hc", "mhc"})
    void rowsOfDifferentLengthsAndPrefixesScoreAsWholeSequences(String residual) {
        try (TorchProgram program = load(residual)) {
            long[] firstPrefix = Tiny.tokens(21, 1);
            long[] secondPrefix = Tiny.tokens(8, 2);
            long[][] suffixes = {Tiny.tokens(5, 3), Tiny.tokens(1, 4), Tiny.tokens(9, 5), Tiny.tokens(4, 6)};
            int[] family = {0, 1, 1, 0};

            long[][] prefixRows = {firstPrefix, Arrays.copyOf(secondPrefix, firstPrefix.length)};
            int[] prefixLengths = {firstPrefix.length, secondPrefix.length};
            long[][] rows = new long[suffixes.length][9];
            int[] positions = new int[suffixes.length];
            for (int i = 0; i < rows.length; i++) {
                System.arraycopy(suffixes[i], 0, rows[i], 0, suffixes[i].length);
                positions[i] = i * 9 + suffixes[i].length - 1;
            }
            long[][] targets = {{3, 400}, {17, 5}, {250, 1}, {77, 78}};
            Scored together;
            Prefilled prefix = program.prefill(prefixRows, prefixLengths, Prefixes.NONE);
            try (Entries entries = prefix.entries()) {
                together = program.score(rows, new Prefixes(entries, prefixLengths, family), positions, targets);
            }
            for (int i = 0; i < rows.length; i++) {
                long[] before = family[i] == 0 ? firstPrefix : secondPrefix;
                long[] whole = Arrays.copyOf(before, before.length + suffixes[i].length);
                System.arraycopy(suffixes[i], 0, whole, before.length, suffixes[i].length);
                Scored alone = program.score(
                        new long[][] {whole}, Prefixes.NONE, new int[] {whole.length - 1}, new long[][] {targets[i]});
                assertThat(Arrays.copyOfRange(together.logLikelihood(), 2 * i, 2 * i + 2))
                        .containsExactly(alone.logLikelihood(), within(CLOSE));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "hc", "mhc"})
    void packedPrefixAndSuffixDecodeAsTheWholePrompt(String residual) {
        try (TorchProgram program = load(residual)) {
            long[] shared = Tiny.tokens(18, 1);
            long[][] rows = {Tiny.tokens(6, 2), Arrays.copyOf(Tiny.tokens(2, 3), 6)};
            int[] lengths = {6, 2};
            try (Root root = Root.of(program, shared, shared.length);
                    Entries fresh =
                            program.prefill(rows, lengths, root.prefixes()).entries();
                    Entries small = program.pack(root.prefixes(), fresh, 25);
                    Entries cache = program.grow(small, 40)) {
                Next next = program.decode(new long[] {9, 9}, new int[] {24, 20}, cache);
                for (int i = 0; i < 2; i++) {
                    long[] whole = Arrays.copyOf(shared, 18 + lengths[i] + 1);
                    System.arraycopy(rows[i], 0, whole, 18, lengths[i]);
                    whole[whole.length - 1] = 9;
                    Prefilled alone = program.prefill(new long[][] {whole}, new int[] {whole.length}, Prefixes.NONE);
                    alone.entries().close();
                    assertThat(next.token()[i]).isEqualTo(alone.next()[0]);
                    assertThat(next.gap()[i]).isCloseTo(alone.gap()[0], within(CLOSE));
                }
            }
        }
    }
}
