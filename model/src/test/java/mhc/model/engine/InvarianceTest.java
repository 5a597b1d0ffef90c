package mhc.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import mhc.eval.Answer;
import mhc.eval.Request;
import mhc.eval.Request.Choice;
import mhc.eval.Request.Generate;
import mhc.model.InferenceOptions;
import mhc.model.LanguageModel;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.Tokenizer;
import mhc.model.decoder.ComputeType;
import mhc.model.inference.Budget;
import mhc.model.inference.ForwardPasses;
import mhc.model.inference.ForwardPasses.KvCache;
import mhc.model.inference.ForwardPasses.NextTokens;
import mhc.model.inference.ForwardPasses.Prefixes;
import mhc.model.inference.ForwardPasses.Scores;
import mhc.model.inference.ForwardPasses.Steps;
import mhc.model.inference.GenerateJob;
import mhc.model.inference.GreedyDecoder;
import mhc.model.inference.OutOfMemoryException;
import mhc.model.inference.Pass;
import mhc.model.inference.UnanswerableException;
import mhc.model.inference.WorkMeter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An answer does not depend on what shared its batch, the order, the budget, or whether its prefix came from the cache.
 */
class InvarianceTest {
    private static List<Request> requests() {
        List<Request> requests = new ArrayList<>();
        Random random = new Random(17);
        for (int subject = 0; subject < 3; subject++) {
            String shots = ("Question: What is number " + subject + "? Answer: the name\n\n").repeat(3 + subject);
            for (int i = 0; i < 4; i++) {
                String question = shots + "Question: How many " + "more ".repeat(random.nextInt(12)) + "?\nAnswer:";
                requests.add(new Choice(question, List.of(" A", " B", " C", " D")));
                requests.add(new Choice(question, List.of(" the first of it", " none", " it was the other of it")));
                requests.add(new Generate(question, List.of("\n\n"), 3 + random.nextInt(30)));
            }
        }
        requests.add(requests.get(2));
        return requests;
    }

    private static List<Answer> answers(LanguageModel model, List<Request> requests, int[] order, int pieces) {
        List<Answer> answers = new ArrayList<>(Collections.nCopies(order.length, null));
        int size = (order.length + pieces - 1) / pieces;
        for (int from = 0; from < order.length; from += size) {
            List<Request> piece = new ArrayList<>();
            for (int i = from; i < Math.min(order.length, from + size); i++) {
                piece.add(requests.get(order[i]));
            }
            List<Answer> found = Tiny.answers(model, piece);
            for (int i = 0; i < found.size(); i++) {
                answers.set(order[from + i], found.get(i));
            }
        }
        return answers;
    }

    private static int[] shuffled(int count, long seed) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(seed));
        return order.stream().mapToInt(Integer::intValue).toArray();
    }

    private static void assertSame(List<Answer> actual, List<Answer> expected) {
        for (int i = 0; i < expected.size(); i++) {
            if (expected.get(i) instanceof Answer.Text text) {
                assertThat(Tiny.text(actual.get(i))).as("request %d", i).isEqualTo(text.text());
                continue;
            }
            double[] found = Tiny.likelihoods(actual.get(i));
            double[] wanted = Tiny.likelihoods(expected.get(i));
            for (int k = 0; k < wanted.length; k++) {
                assertThat(Math.abs(found[k] - wanted[k]))
                        .as("request %d, continuation %d", i, k)
                        .isLessThanOrEqualTo(Math.max(1e-5, 2e-6 * Math.abs(wanted[k])));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"none, 16384, true", "mhc, 16384, true", "none, 16384, false", "mhc, 100, true"})
    void answersDoNotDependOnCompanyOrderBudgetOrCache(String residual, int budget, boolean cache) {
        List<Request> requests = requests();
        int[] given = shuffled(requests.size(), 0);
        List<Answer> oneByOne;
        try (LanguageModel model = LanguageModels.open(Tiny.folder(residual), Tiny.options(16384, false, false))) {
            oneByOne = answers(model, requests, given, requests.size());
        }
        try (LanguageModel model = LanguageModels.open(Tiny.folder(residual), Tiny.options(budget, cache, false))) {
            assertSame(answers(model, requests, given, 1), oneByOne);
            assertSame(answers(model, requests, shuffled(requests.size(), 1), 3), oneByOne);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "hc", "mhc"})
    void deterministicAnswersAreEqualToTheBit(String residual) {
        List<Request> requests = requests();
        List<Object> expected = null;
        int seed = 0;
        for (InferenceOptions options : List.of(
                Tiny.options(16384, true, true), Tiny.options(16384, false, true), Tiny.options(100, true, true))) {
            try (LanguageModel model = LanguageModels.open(Tiny.folder(residual), options)) {
                List<Object> found = answers(model, requests, shuffled(requests.size(), seed), 1 + 2 * seed).stream()
                        .map(Tiny::content)
                        .toList();
                expected = expected == null ? found : expected;
                assertThat(found).isEqualTo(expected);
                seed++;
            }
        }
    }

    /**
     * A program on a slow machine with little memory: whatever is larger than it allows fails as the engine would.
     *
     * @param stepMillis that a call for decoding steps takes longer
     * @param others whether these pass while others have their turn, so that the thread's clock stands still
     */
    private record Scarce(
            TorchProgram program, int passTokens, int rows, long stepMillis, boolean others, AtomicLong waited)
            implements ForwardedPasses {
        Scarce(TorchProgram program, int passTokens, int rows, long stepMillis, boolean others) {
            this(program, passTokens, rows, stepMillis, others, new AtomicLong());
        }

        Scarce(TorchProgram program, int passTokens, int rows) {
            this(program, passTokens, rows, 0, false);
        }

        @Override
        public long clock() {
            return System.nanoTime() - waited.get();
        }

        @Override
        public Scores score(Pass pass, int headBlock) {
            require(pass.tokens() <= passTokens);
            return program.score(pass, headBlock);
        }

        @Override
        public NextTokens prefill(Pass pass, int headBlock, Repetition repetition) {
            require(pass.tokens() <= passTokens);
            return program.prefill(pass, headBlock, repetition);
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
            require(tokens.length <= rows);
            long start = System.nanoTime();
            while (System.nanoTime() - start < stepMillis * 1_000_000) {
                LockSupport.parkNanos(stepMillis * 1_000_000);
            }
            waited.addAndGet(others ? System.nanoTime() - start : 0);
            return program.decode(tokens, positions, lengths, cache, prefixes, steps, repetition);
        }

        private static void require(boolean enough) {
            if (!enough) {
                throw new OutOfMemoryException(new IllegalStateException("DefaultCPUAllocator: not enough memory"));
            }
        }
    }

    private static List<String> generated(ForwardPasses passes, Tokenizer tokenizer) throws UnanswerableException {
        return generated(passes, tokenizer, false);
    }

    private static List<String> generated(ForwardPasses passes, Tokenizer tokenizer, boolean deterministic)
            throws UnanswerableException {
        List<GenerateJob> jobs = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (Request request : requests()) {
            if (request instanceof Generate generate) {
                int index = texts.size();
                texts.add(null);
                jobs.add(GenerateJob.of(generate, tokenizer, 4096).whenDone((job, reused) -> {
                    Answer answer = job.answer(reused);
                    texts.set(index, answer instanceof Answer.Failed failed ? failed.reason() : Tiny.text(answer));
                }));
            }
        }
        GreedyDecoder.run(passes, new Budget(2048, 65536, 64, true, deterministic, 8), new WorkMeter(), jobs, 0);
        return texts;
    }

    @Test
    void tooLittleMemoryMeansLessAtOnceAndTheSameTexts() throws UnanswerableException {
        Checkpoint checkpoint = Checkpoint.open(Tiny.folder("mhc"));
        Torch.start(1);
        try (TorchProgram program = Tiny.load(checkpoint, ComputeType.FLOAT32);
                Tokenizer tokenizer = Tokenizer.open(checkpoint)) {
            List<String> expected = generated(program, tokenizer);
            assertThat(expected).doesNotContainNull();
            assertThat(generated(new Scarce(program, 70, 2), tokenizer)).isEqualTo(expected);
            assertThat(generated(new Scarce(program, 2048, 1), tokenizer)).isEqualTo(expected);
            // Rows that are sent back begin anew.
            assertThat(generated(new Scarce(program, 70, 2), tokenizer, true)).isEqualTo(expected);
            // Not even the shortest piece fits: failed answers, not a failed run.
            assertThat(generated(new Scarce(program, 3, 4), tokenizer))
                    .allSatisfy(text -> assertThat(text).startsWith("The model ran out of memory at "));
            // A text that ends with its first token needs no step.
            List<String> withoutSteps = generated(new Scarce(program, 2048, 0), tokenizer);
            for (int i = 0; i < expected.size(); i++) {
                if (!withoutSteps.get(i).equals(expected.get(i))) {
                    assertThat(withoutSteps.get(i)).startsWith("The model ran out of memory at ");
                }
            }
            assertThat(withoutSteps).isNotEqualTo(expected);
        }
    }

    /** Answers to the same endless question, asked so often at once, when an example may take one second. */
    private static List<Answer> withinOneSecond(int questions, int tokens, long stepMillis, boolean others)
            throws UnanswerableException {
        Checkpoint checkpoint = Checkpoint.open(Tiny.folder("none"));
        Torch.start(1);
        try (TorchProgram program = Tiny.load(checkpoint, ComputeType.FLOAT32);
                Tokenizer tokenizer = Tokenizer.open(checkpoint)) {
            List<Answer> answers = new ArrayList<>();
            List<GenerateJob> jobs = new ArrayList<>();
            for (int i = 0; i < questions; i++) {
                jobs.add(GenerateJob.of(new Generate("Question", List.of(), tokens), tokenizer, 4096)
                        .whenDone((done, reused) -> answers.add(done.answer(reused))));
            }
            Budget budget = new Budget(2048, 65536, 64, true, false, 8);
            GreedyDecoder.run(new Scarce(program, 2048, 64, stepMillis, others), budget, new WorkMeter(), jobs, 1);
            return answers;
        }
    }

    @Test
    void anAnswerThatTakesTooLongIsAFailedOne() throws UnanswerableException {
        assertThat(withinOneSecond(1, 4000, 1100, false))
                .containsExactly(new Answer.Failed(Answer.Cause.TIME_LIMIT, "no answer within 1 s"));
    }

    @Test
    void timeInWhichOthersAreAnsweredIsNotAnExamplesOwn() throws UnanswerableException {
        // 30 tokens in 30 calls: 2 s for all together, and 1.5 s while others have their turn.
        assertThat(withinOneSecond(8, 30, 70, false)).hasSize(8).allMatch(Answer.Text.class::isInstance);
        assertThat(withinOneSecond(1, 30, 50, true)).hasSize(1).allMatch(Answer.Text.class::isInstance);
    }
}
