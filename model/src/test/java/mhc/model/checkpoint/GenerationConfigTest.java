package mhc.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import mhc.datasets.InputException;
import mhc.datasets.testing.TestFolders;
import mhc.eval.Answer;
import mhc.eval.Request;
import mhc.model.InferenceOptions;
import mhc.model.LanguageModel;
import mhc.model.engine.LanguageModels;
import mhc.model.engine.Tiny;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a generation_config.json changes, and what it does not; recordings hold what it makes of texts. */
class GenerationConfigTest {
    private static final String PROMPT = "Question: how many are there of them?\nAnswer:";

    private static Checkpoint checkpoint(String generation) throws IOException {
        Path folder = TestFolders.create("generation");
        for (String name : List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
            Files.copy(BundledCheckpoints.folder("gqa-none").resolve(name), folder.resolve(name));
        }
        Files.writeString(folder.resolve("generation_config.json"), generation);
        return Checkpoint.open(folder);
    }

    private static List<Answer> answers(String generation, InferenceOptions options, List<? extends Request> requests)
            throws IOException {
        try (LanguageModel model = LanguageModels.open(checkpoint(generation), options)) {
            return Tiny.answers(model, requests);
        }
    }

    private static Answer.Text text(String generation, InferenceOptions options) throws IOException {
        List<Request> request = List.of(new Request.Generate(PROMPT, List.of(), 12));
        return (Answer.Text) answers(generation, options, request).get(0);
    }

    @Test
    void endTokensOfTheFileReplaceThoseOfTheConfiguration() throws IOException {
        assertThat(GenerationConfig.of(Checkpoint.open(BundledCheckpoints.folder("gqa-none")))
                        .endTokens())
                .containsExactly(0);
        assertThat(GenerationConfig.of(checkpoint("{\"eos_token_id\": [7, 9]}")).endTokens())
                .containsExactly(7, 9);
        assertThat(GenerationConfig.of(checkpoint("{\"temperature\": 1.0}")).endTokens())
                .isEmpty();
    }

    /** Whoever shares the batch, and however often rows are read again, each row's own tokens are penalised. */
    @Test
    void aPenaltyIsOfEachRowAlone() throws IOException {
        List<Request.Generate> requests = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            requests.add(new Request.Generate("many ".repeat(i % 4) + PROMPT, List.of(), 3 + 5 * i));
        }
        String penalty = "{\"repetition_penalty\": 1.2}";
        List<Answer> alone = answers(penalty, Tiny.options(16384, false, true), requests);
        List<Request.Generate> shuffled = new ArrayList<>(requests);
        Collections.shuffle(shuffled, new Random(5));
        List<Answer> together = answers(penalty, Tiny.options(60, true, false), shuffled);
        for (int i = 0; i < requests.size(); i++) {
            Answer same = together.get(shuffled.indexOf(requests.get(i)));
            assertThat(((Answer.Text) same).text()).isEqualTo(((Answer.Text) alone.get(i)).text());
        }
        assertThat(text(penalty, InferenceOptions.DEFAULT).text())
                .isNotEqualTo(text("{}", InferenceOptions.DEFAULT).text());
    }

    @Test
    void aProtocolMayIgnorePenaltyAndLimit() throws IOException {
        String config = "{\"repetition_penalty\": 1.2, \"max_new_tokens\": 5}";
        assertThat(text(config, InferenceOptions.DEFAULT).usage().newTokens()).isEqualTo(5);
        Answer.Text ignored = text(config, InferenceOptions.DEFAULT.withGenerationConfig(false));
        assertThat(ignored.text())
                .isEqualTo(text("{}", InferenceOptions.DEFAULT).text());
        GenerationConfig read = GenerationConfig.of(checkpoint(config));
        assertThat(read.ignored(false)).isEqualTo("repetition_penalty 1.2, max_new_tokens 5");
        assertThat(read.ignored(true)).isEmpty();
    }

    @Test
    void namesWhatIsNotObeyed() throws IOException {
        GenerationConfig config = GenerationConfig.of(checkpoint("{\"num_beams\": 4, \"min_length\": 0,"
                + " \"no_repeat_ngram_size\": 3, \"top_p\": 0.9, \"suppress_tokens\": [1], \"guidance_scale\": null}"));
        assertThat(config.ignored(true)).isEqualTo("no_repeat_ngram_size, num_beams, suppress_tokens");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"repetition_penalty\": 0} | repetition_penalty is 0, expected a positive number",
                "{\"max_new_tokens\": -1} | max_new_tokens is -1, expected a positive whole number",
                "{\"eos_token_id\": \"</s>\"} | eos_token_id is \"</s>\", expected token ids"
            })
    void refusesByName(String generation, String sentence) throws IOException {
        Checkpoint checkpoint = checkpoint(generation);
        assertThatThrownBy(() -> GenerationConfig.of(checkpoint))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(sentence);
    }
}
