package mhc.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import mhc.eval.Request.Generate;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.Tokenizer;
import mhc.model.decoder.ComputeType;
import mhc.model.inference.Budget;
import mhc.model.inference.CacheCost;
import mhc.model.inference.ForwardPasses;
import mhc.model.inference.GenerateJob;
import mhc.model.inference.GreedyDecoder;
import mhc.model.inference.Pass;
import mhc.model.inference.UnanswerableException;
import mhc.model.inference.WorkMeter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What decodes together under a budget. */
class GreedyDecoderTest {
    private static final int ANSWER = 12;

    /** A program of which is noted what runs together: tokens of a pass, and rows of a step as negative numbers. */
    private record Noted(TorchProgram program, List<Integer> together) implements ForwardedPasses {
        @Override
        public NextTokens prefill(Pass pass, int headBlock, Repetition repetition) {
            together.add(pass.tokens());
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
            together.add(-tokens.length);
            return program.decode(tokens, positions, lengths, cache, prefixes, steps, repetition);
        }

        /** From one call on. */
        int mostRows(int from) {
            return -together.stream().skip(from).mapToInt(i -> i).min().orElseThrow();
        }
    }

    /** A dozen questions of many lengths, some of which open alike. */
    private static List<GenerateJob> jobs(Tokenizer tokenizer) throws UnanswerableException {
        List<GenerateJob> jobs = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            String opening = "what is the other half of that? ".repeat(i % 3 == 0 ? 6 : 1);
            jobs.add(GenerateJob.of(
                    new Generate(opening + "and the answer ".repeat(1 + i), List.of(), ANSWER), tokenizer, 512));
        }
        return jobs;
    }

    private static List<String> texts(ForwardPasses program, Tokenizer tokenizer, Budget budget)
            throws UnanswerableException {
        List<GenerateJob> jobs = jobs(tokenizer);
        List<String> texts = new ArrayList<>(Collections.nCopies(jobs.size(), null));
        for (int i = 0; i < jobs.size(); i++) {
            int index = i;
            jobs.get(i).whenDone((job, reused) -> texts.set(index, Tiny.text(job.answer(reused))));
        }
        GreedyDecoder.run(program, budget, new WorkMeter(), jobs, 0);
        return texts;
    }

    private static Budget budget(long cacheBytes, CacheCost cost, boolean share) {
        return new Budget(64, cacheBytes, cost, 64, share, false, 8);
    }

    @ParameterizedTest
    @ValueSource(ints = {90, 250, 400, 100_000})
    void bytesOfTokensGroupAsTokensDo(int tokens) throws UnanswerableException {
        Torch.start(1);
        Checkpoint checkpoint = Checkpoint.open(Families.folder("llama", "mhc"));
        try (TorchProgram program = Tiny.load(checkpoint, ComputeType.FLOAT32);
                Tokenizer tokenizer = Tokenizer.open(checkpoint)) {
            Noted counted = new Noted(program, new ArrayList<>());
            Noted weighed = new Noted(program, new ArrayList<>());
            List<String> expected = texts(counted, tokenizer, new Budget(64, tokens, 64, true, false, 8));
            assertThat(texts(weighed, tokenizer, budget(1152L * tokens, new CacheCost(1152, 0), true)))
                    .isEqualTo(expected);
            assertThat(weighed.together()).isEqualTo(counted.together());
        }
    }

    @Test
    void sequencesThatCostByThemselvesWaitForOneAnother() throws UnanswerableException {
        Torch.start(1);
        Checkpoint checkpoint = Checkpoint.open(Families.folder("deepseek-v4", "mhc"));
        CacheCost cost = Budget.of(Tiny.options(100, true, false), checkpoint).cost();
        try (TorchProgram program = Tiny.load(checkpoint, ComputeType.FLOAT32);
                Tokenizer tokenizer = Tokenizer.open(checkpoint)) {
            // Each is a row that goes on from a prompt by itself.
            long[] costs = jobs(tokenizer).stream()
                    .mapToLong(job -> cost.perSequence() + (long) ((job.prompt().length + ANSWER) * cost.perToken()))
                    .sorted()
                    .toArray();
            long four = Arrays.stream(costs).skip(8).sum();
            int most = 0;
            for (long sum = 0; sum <= four; sum += costs[most++]) {
                assertThat(most).isLessThan(12);
            }
            Noted all = new Noted(program, new ArrayList<>());
            List<String> expected = texts(all, tokenizer, budget(Long.MAX_VALUE / 2, cost, true));
            assertThat(expected).doesNotContainNull();
            assertThat(all.mostRows(0)).isGreaterThan(most);
            Noted few = new Noted(program, new ArrayList<>());
            assertThat(texts(few, tokenizer, budget(four, cost, false))).isEqualTo(expected);
            assertThat(few.mostRows(0)).isBetween(4, most - 1);
            // What is finished is free again, and no more than that.
            assertThat(few.mostRows(few.together().size() / 2)).isBetween(3, most - 1);
            // None but the one that runs in any case, with those that end where it ends.
            Noted one = new Noted(program, new ArrayList<>());
            assertThat(texts(one, tokenizer, budget(1, cost, true))).isEqualTo(expected);
            assertThat(one.mostRows(0)).isEqualTo(1);
        }
    }
}
