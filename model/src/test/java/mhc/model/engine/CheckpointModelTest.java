package mhc.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import mhc.eval.Answer;
import mhc.eval.Request;
import mhc.eval.Request.Choice;
import mhc.eval.Request.Generate;
import mhc.model.InferenceOptions;
import mhc.model.LanguageModel;
import mhc.model.ModelInfo;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointModelTest {
    private static final String EXEMPLARS =
            "Question: What is the name of the river? Answer: the Great River\n\n".repeat(4);
    private static final List<String> LETTERS = List.of(" A", " B", " C", " D");

    private static List<Request> requests() {
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            String question = EXEMPLARS + "Question: How many are " + i + " and " + "more ".repeat(i) + "?\nAnswer:";
            requests.add(new Choice(question, LETTERS));
            requests.add(
                    new Choice(question, List.of(" the first of the two", " none", " it was the other half of it")));
            requests.add(new Generate(question, List.of("\n\n", "Q"), 5 + 4 * i));
        }
        requests.add(new Choice("", List.of("The answer", " no")));
        requests.add(new Generate("", List.of(), 7));
        return requests;
    }

    private static List<Answer> answers(String residual, InferenceOptions options, List<Request> requests) {
        try (LanguageModel model = LanguageModels.open(Tiny.folder(residual), options)) {
            return Tiny.answers(model, requests);
        }
    }

    private static void assertSame(List<Answer> actual, List<Answer> expected, double tolerance) {
        for (int i = 0; i < expected.size(); i++) {
            if (expected.get(i) instanceof Answer.Text text) {
                assertThat(Tiny.text(actual.get(i))).as("request %d", i).isEqualTo(text.text());
            } else {
                assertThat(Tiny.likelihoods(actual.get(i)))
                        .as("request %d", i)
                        .containsExactly(Tiny.likelihoods(expected.get(i)), within(tolerance));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "hc", "mhc"})
    void batchingAndSharingChangeNothingButRounding(String residual) {
        // Unconstrained streams amplify what rounding does to them; random ones more than trained ones.
        double rounding = residual.equals("hc") ? 1e-3 : 1e-4;
        List<Request> requests = requests();
        List<Answer> oneByOne = new ArrayList<>();
        try (LanguageModel model = LanguageModels.open(Tiny.folder(residual), Tiny.options(16384, false, true))) {
            requests.forEach(request ->
                    oneByOne.add(Tiny.answers(model, List.of(request)).get(0)));
        }
        assertSame(answers(residual, Tiny.options(16384, false, false), requests), oneByOne, rounding);
        assertSame(answers(residual, Tiny.options(16384, true, false), requests), oneByOne, rounding);
        // So few tokens that rows must wait for one another.
        assertSame(answers(residual, Tiny.options(100, true, false), requests), oneByOne, rounding);
        assertSame(answers(residual, Tiny.options(1, true, false), requests), oneByOne, rounding);
    }

    @Test
    void deterministicAnswersAreEqualToTheBitInAnyCompany() {
        List<Request> requests = requests();
        List<Answer> forward = answers("mhc", Tiny.options(16384, true, true), requests);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(3));
        List<Answer> shuffled = answers(
                "mhc",
                Tiny.options(50, true, true),
                order.stream().map(requests::get).toList());
        for (int i = 0; i < order.size(); i++) {
            assertThat(Tiny.content(shuffled.get(i))).isEqualTo(Tiny.content(forward.get(order.get(i))));
        }
    }

    @Test
    void theSameListGivesTheSameBitsWhoeverElseAsks() {
        List<Request> requests = requests();
        try (LanguageModel model = LanguageModels.open(Tiny.folder("mhc"), InferenceOptions.DEFAULT)) {
            List<Answer> alone = Tiny.answers(model, requests);
            List<CompletableFuture<List<Answer>>> callers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                callers.add(CompletableFuture.supplyAsync(() -> Tiny.answers(model, requests)));
            }
            assertThat(callers).allSatisfy(caller -> assertThat(caller.join()).isEqualTo(alone));
        }
    }

    @Test
    void countsTokensOnceAndTellsWhatWasReused() {
        String context = EXEMPLARS + "Question: Which? Answer:";
        List<Request> requests = List.of(
                new Choice(context, LETTERS),
                new Choice(context + " of", LETTERS),
                new Choice(context, LETTERS),
                new Generate(context, List.of(), 3),
                new Generate(context, List.of(), 3));
        try (LanguageModel model = LanguageModels.open(Tiny.folder("none"), InferenceOptions.DEFAULT);
                Tokenizer tokenizer = Tokenizer.open(Checkpoint.open(Tiny.folder("none")))) {
            List<Answer> answers = Tiny.answers(model, requests);
            int prompt = tokenizer.encode(context).length;
            assertThat(answers.get(0).usage()).isEqualTo(new Answer.Usage(prompt, 0, 4, false));
            assertThat(answers.get(1).usage()).isEqualTo(new Answer.Usage(prompt + 1, prompt, 4, false));
            assertThat(answers.get(2).usage()).isEqualTo(new Answer.Usage(prompt, prompt, 4, false));
            assertThat(answers.get(3).usage().promptTokens()).isEqualTo(prompt);
            assertThat(answers.get(3).usage().reusedTokens()).isZero();
            assertThat(answers.get(4).usage().reusedTokens()).isEqualTo(prompt);
        }
    }

    @Test
    void aRequestThatCannotBeAnsweredFailsAlone() {
        String longText = "wordless ".repeat(3000);
        List<Request> requests = List.of(
                new Choice("Question", List.of(" yes", "")),
                new Choice("Question", List.of(longText)),
                new Generate("Question", List.of(), 4096),
                new Choice("Question", List.of(" yes", " no")));
        List<Answer> answers = answers("mhc", InferenceOptions.DEFAULT, requests);
        assertThat(answers.get(0))
                .isEqualTo(
                        new Answer.Failed(Answer.Cause.UNANSWERABLE, "Continuation 1 adds no token to the context."));
        assertThat(((Answer.Failed) answers.get(1)).reason()).contains("Continuation 0 has", "the model takes 4096");
        assertThat(((Answer.Failed) answers.get(2)).reason()).contains("4096 tokens leaves none");
        assertThat(Tiny.likelihoods(answers.get(3))).hasSize(2);
    }

    @Test
    void logitsThatAreNotFiniteFailTheRequest() {
        Path folder = Tiny.copy("mhc");
        Tiny.rewrite(folder, values -> Arrays.fill(values, 3e38f), "lm_head.weight");
        try (LanguageModel model = LanguageModels.open(folder, InferenceOptions.DEFAULT)) {
            List<Answer> answers = Tiny.answers(
                    model, List.of(new Choice("Question", List.of(" yes")), new Generate("Question", List.of(), 5)));
            assertThat(answers).allSatisfy(answer -> assertThat(((Answer.Failed) answer).reason())
                    .contains("not finite"));
        }
    }

    @Test
    void longContextsLoseTokensOnTheLeft() {
        String context = "one two three four five ".repeat(1200);
        List<Request> requests =
                List.of(new Choice(context, List.of(" A", " of the two")), new Generate(context, List.of(), 4));
        List<Answer> answers = answers("none", InferenceOptions.DEFAULT, requests);
        assertThat(answers.get(0).usage().truncated()).isTrue();
        assertThat(answers.get(1).usage().truncated()).isTrue();
        assertThat(answers.get(1).usage().promptTokens()).isEqualTo(4096 - 4);
        // The last 4096 tokens are all that counts.
        try (LanguageModel model = LanguageModels.open(Tiny.folder("none"), InferenceOptions.DEFAULT)) {
            Answer longer = Tiny.answers(model, List.of(new Choice("more " + context, List.of(" A", " of the two"))))
                    .get(0);
            assertThat(Tiny.likelihoods(longer)).containsExactly(Tiny.likelihoods(answers.get(0)), within(1e-4));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "none, auto, none",
        "none, fused, none",
        "hc, reference, reference",
        "hc, fused, fused-apply",
        "mhc, reference, reference",
        "mhc, fused, fused"
    })
    void saysWhatItIs(String residual, String wanted, String taken) {
        try (LanguageModel model = LanguageModels.open(Tiny.folder(residual), Tiny.onKernels(wanted))) {
            ModelInfo info = model.info();
            assertThat(info.architecture()).isEqualTo("LlamaForCausalLM");
            assertThat(info.residual()).isEqualTo(residual);
            assertThat(info.kernels()).isEqualTo(taken);
            assertThat(info.maxLength()).isEqualTo(4096);
        }
    }
}
