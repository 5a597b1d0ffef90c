package mhc.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import mhc.datasets.testing.SharedInputs;
import mhc.eval.Answer;
import mhc.eval.Request;
import mhc.model.InferenceOptions;
import mhc.model.LanguageModel;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.Tokenizer;
import mhc.model.decoder.ComputeType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** bfloat16 against float32 on trained weights. */
class Bfloat16Test {
    private static final List<String> TEXTS = List.of(
            "A man is standing in a kitchen. He takes a bowl from the table and pours water into it. He",
            "The price of the book is 12 dollars. She buys three of them and pays with a note of 50 dollars. How much",
            "Question: Which of these is a planet? Answer: The Earth goes around the sun, and the moon goes around");

    @ParameterizedTest
    @ValueSource(strings = {"tiny-baseline", "tiny-hc", "tiny-mhc"})
    void mostLikelyTokensAndLikelihoodsAgree(String model) {
        Torch.start(1);
        Checkpoint checkpoint = Checkpoint.open(SharedInputs.require("models/" + model));
        int vocabulary = checkpoint.config().vocabulary();
        int same = 0;
        int positions = 0;
        try (Tokenizer tokenizer = Tokenizer.open(checkpoint);
                TorchProgram full = Tiny.load(checkpoint, ComputeType.FLOAT32);
                TorchProgram half = Tiny.load(checkpoint, ComputeType.BFLOAT16)) {
            for (String text : TEXTS) {
                long[] ids = tokenizer.encode(text);
                float[] expected = full.trace(new long[][] {ids}, true).logits();
                float[] found = half.trace(new long[][] {ids}, true).logits();
                double[] likelihoods = new double[2];
                for (int at = 0; at < ids.length; at++) {
                    float[] first = Arrays.copyOfRange(expected, at * vocabulary, (at + 1) * vocabulary);
                    float[] second = Arrays.copyOfRange(found, at * vocabulary, (at + 1) * vocabulary);
                    same += best(first) == best(second) ? 1 : 0;
                    positions++;
                    if (at + 1 < ids.length) {
                        likelihoods[0] += likelihood(first, ids[at + 1]);
                        likelihoods[1] += likelihood(second, ids[at + 1]);
                    }
                }
                assertThat(likelihoods[1] / likelihoods[0]).isCloseTo(1, within(2e-2));
            }
        }
        assertThat((double) same / positions).isGreaterThanOrEqualTo(0.98);
    }

    @ParameterizedTest
    @CsvSource({"qwen3, none", "mistral, mhc", "deepseek-grouped, mhc", "deepseek-expanded, none"})
    void sharedOpeningsGiveWhatWholeSequencesGive(String family, String residual) {
        String opening = "the answer is that the other half went there, that is the answer: ";
        List<Request> requests = List.of(
                new Request.Choice(opening + "the other", List.of(" half", " answer is there")),
                new Request.Choice(opening, List.of("the", "other half of the half of the half")),
                new Request.Generate(opening + "the", List.of(), 9));
        double[][] found = new double[2][];
        for (int i = 0; i < 2; i++) {
            InferenceOptions half = Tiny.bfloat16(4096, i == 0);
            try (LanguageModel model = LanguageModels.open(Families.folder(family, residual), half)) {
                List<Answer> answers = Tiny.answers(model, requests);
                assertThat(answers.get(2)).isInstanceOf(Answer.Text.class);
                found[i] = java.util.stream.DoubleStream.concat(
                                Arrays.stream(Tiny.likelihoods(answers.get(0))),
                                Arrays.stream(Tiny.likelihoods(answers.get(1))))
                        .toArray();
            }
        }
        for (int i = 0; i < found[0].length; i++) {
            assertThat(found[0][i] / found[1][i]).isCloseTo(1, within(5e-2));
        }
    }

    private static int best(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    private static double likelihood(float[] logits, long token) {
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit);
        }
        return logits[(int) token] - Math.log(sum);
    }
}
