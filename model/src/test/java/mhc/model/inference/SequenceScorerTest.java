package mhc.model.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import mhc.eval.Answer;
import mhc.eval.Request;
import mhc.model.checkpoint.Tokenizer;
import mhc.model.inference.SequenceScorer.Sequence;
import org.junit.jupiter.api.Test;

/** Every target is scored once, whatever memory allows at once. */
class SequenceScorerTest {
    private static final Budget BUDGET = new Budget(2048, 65536, 64, true, false, 4);

    /**
     * Arithmetic in place of a decoder: a target's log-likelihood is minus the token times the number of tokens before
     * it, so that a sum over targets tells which of them were scored. More tokens than {@code most} at once do not fit.
     *
     * @param open caches that are kept and not closed
     */
    private record Arithmetic(int most, AtomicInteger open) implements ForwardPasses {
        Arithmetic(int most) {
            this(most, new AtomicInteger());
        }

        @Override
        public Scores score(Pass pass, int headBlock) {
            if (pass.tokens() > most) {
                throw new OutOfMemoryException(new IllegalStateException(pass.tokens() + " tokens"));
            }
            long[] positions = pass.positions();
            long[][] targets = pass.targets();
            int width = targets.length == 0 ? 0 : targets[0].length;
            float[] numbers = new float[targets.length * width];
            boolean[] greedy = new boolean[numbers.length];
            for (int i = 0; i < targets.length; i++) {
                for (int k = 0; k < width; k++) {
                    numbers[i * width + k] = -targets[i][k] * (positions[pass.asked()[i]] + 1);
                    greedy[i * width + k] = true;
                }
            }
            List<KvCache> kept = new ArrayList<>();
            pass.keptSegments().forEach(segment -> {
                open.incrementAndGet();
                kept.add(open::decrementAndGet);
            });
            return new Scores(numbers, greedy, kept);
        }

        @Override
        public NextTokens prefill(Pass pass, int headBlock, Repetition repetition) {
            throw new UnsupportedOperationException("scoring asks for no next token");
        }

        @Override
        public Steps decode(
                long[] tokens,
                int[] positions,
                int[] lengths,
                KvCache cache,
                Prefixes prefixes,
                int steps,
                Repetition repetition) {
            throw new UnsupportedOperationException("scoring decodes nothing");
        }

        @Override
        public KvCache allocate(KvCache before, KvCache like, int rows, int capacity) {
            throw new UnsupportedOperationException("scoring keeps no cache of rows");
        }

        @Override
        public void fill(KvCache cache, int row, Opening opening) {
            throw new UnsupportedOperationException("scoring keeps no cache of rows");
        }

        @Override
        public void move(KvCache cache, int source, int target, int count) {
            throw new UnsupportedOperationException("scoring keeps no cache of rows");
        }
    }

    private static double expected(Tokenizer.Pair pair) {
        double sum = 0;
        for (int t = 0; t < pair.continuation().length; t++) {
            sum -= (double) pair.continuation()[t] * (pair.context().length + t);
        }
        return sum;
    }

    private static ChoiceJob job(List<Tokenizer.Pair> pairs) throws UnanswerableException {
        List<String> texts = pairs.stream().map(pair -> "text").toList();
        return ChoiceJob.of(new Request.Choice("context", texts), pairs, 4096);
    }

    private static double[] sums(Answer answer) {
        return ((Answer.Scores) answer)
                .scores().stream().mapToDouble(Answer.Score::logLikelihood).toArray();
    }

    private static void assertAllScored(List<List<Tokenizer.Pair>> choices, int most) throws UnanswerableException {
        List<Sequence> sequences = new ArrayList<>();
        List<ChoiceJob> done = new ArrayList<>();
        for (List<Tokenizer.Pair> pairs : choices) {
            ChoiceJob job = job(pairs);
            double[] expected =
                    pairs.stream().mapToDouble(SequenceScorerTest::expected).toArray();
            sequences.addAll(job.sequences((one, reused) -> {
                done.add(one);
                assertThat(sums(one.answer(reused))).containsExactly(expected);
            }));
        }
        Arithmetic program = new Arithmetic(most);
        SequenceScorer.run(program, BUDGET, new WorkMeter(), sequences);
        assertThat(done).hasSameSizeAs(choices);
        assertThat(program.open()).hasValue(0);
    }

    @Test
    void aSequenceCutSeveralTimesKeepsEveryTarget() throws UnanswerableException {
        long[] tokens = new Random(3).longs(399, 1, 9).toArray();
        assertAllScored(List.of(List.of(new Tokenizer.Pair(new long[] {1}, tokens))), 100);
    }

    @Test
    void everyTargetIsScoredOnceWhateverMemoryAllows() throws UnanswerableException {
        Random random = new Random(29);
        for (int round = 0; round < 50; round++) {
            long[] opening = random.longs(1 + random.nextInt(300), 1, 4).toArray();
            List<List<Tokenizer.Pair>> choices = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                long[] context = Arrays.copyOf(opening, 1 + random.nextInt(opening.length));
                choices.add(List.of(
                        new Tokenizer.Pair(context, random.longs(5, 1, 4).toArray()),
                        new Tokenizer.Pair(
                                context,
                                random.longs(1 + random.nextInt(700), 1, 4).toArray())));
            }
            assertAllScored(choices, Budget.SHORTEST + random.nextInt(200));
        }
    }

    @Test
    void aCallThatEndsEarlyKeepsNothing() throws UnanswerableException {
        long[] context = new Random(5).longs(300, 1, 9).toArray();
        List<Tokenizer.Pair> pairs = List.of(
                new Tokenizer.Pair(context, new long[] {1, 2, 3}), new Tokenizer.Pair(context, new long[] {4, 5}));
        IllegalStateException full = new IllegalStateException("the disk of whoever takes the answers is full");
        List<Sequence> sequences = new ArrayList<>(job(pairs).sequences((one, reused) -> {
            throw full;
        }));
        Arithmetic program = new Arithmetic(100);
        WorkMeter meter = new WorkMeter();

        assertThatThrownBy(() -> SequenceScorer.run(program, BUDGET, meter, sequences))
                .isSameAs(full);

        assertThat(program.open()).hasValue(0);
    }

    @Test
    void anAnswerThatLacksATargetIsNone() throws UnanswerableException {
        ChoiceJob job = job(List.of(new Tokenizer.Pair(new long[] {1}, new long[] {2, 3})));
        List<Answer> answers = new ArrayList<>();
        Sequence sequence =
                job.sequences((one, reused) -> answers.add(one.answer(reused))).get(0);
        sequence.add(0, -1, true);
        assertThatThrownBy(() -> sequence.finish(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("[2]")
                .hasMessageContaining("[1]");
        assertThat(answers).isEmpty();
    }
}
