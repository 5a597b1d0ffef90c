package mhc.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import mhc.datasets.InputException;
import mhc.eval.Answer;
import mhc.eval.Request;
import mhc.model.InferenceOptions;
import mhc.model.LanguageModel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model whose layers lie on several devices is the model on one. */
class DevicesTest {
    private static List<Request> requests() {
        String examples = "what is the other half of that? the answer is there\n".repeat(4);
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            String question = examples + "what is " + "the other ".repeat(i) + "half of it?";
            requests.add(new Request.Choice(question, List.of(" there", " that it is the answer", " no")));
            requests.add(new Request.Generate(question, List.of(), 4 + 3 * i));
        }
        return requests;
    }

    private static List<Answer> answers(String family, InferenceOptions options) {
        String residual = family.equals("llama") ? "none" : "mhc";
        try (LanguageModel model = LanguageModels.open(Families.folder(family, residual), options)) {
            return Tiny.answers(model, requests());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "llama, 2",
        "qwen2, 3",
        "mixed-window, 2",
        "gemma2, 2",
        "gemma3, 3",
        "deepseek-grouped, 3",
        "deepseek-v4, 2",
        "deepseek-v4, 4"
    })
    void severalProcessorsGiveTheBitsOfOne(String family, int devices) {
        InferenceOptions options = Tiny.options(100, true, false);
        assertThat(answers(family, options.withDevices(Collections.nCopies(devices, "cpu"))))
                .isEqualTo(answers(family, options));
    }

    /** Where there is a GPU: layers on it and on the processor, whichever has the first. */
    @ParameterizedTest
    @CsvSource({
        "llama, cpu, cuda:0",
        "qwen2, cuda:0, cpu",
        "mixed-window, cpu, cuda:0",
        "gemma2, cuda:0, cpu",
        "gemma3, cpu, cuda:0",
        "deepseek-grouped, cuda:0, cpu",
        "deepseek-v4, cpu, cuda:0",
        "deepseek-v4, cuda:0, cpu"
    })
    void layersOnAGpuAndOnTheProcessorAnswerAlike(String family, String first, String second) {
        Torch.start(1);
        assumeThat(Torch.hasGpu()).as("SKIPPED: this machine shows no GPU").isTrue();
        InferenceOptions options = Tiny.options(100, true, false).withKernels("reference");
        List<Answer> expected = answers(family, options);
        List<Answer> found = answers(family, options.withDevices(List.of(first, second)));
        for (int i = 0; i < expected.size(); i++) {
            if (expected.get(i) instanceof Answer.Text text) {
                assertThat(Tiny.text(found.get(i))).isEqualTo(text.text());
            } else {
                assertThat(Tiny.likelihoods(found.get(i)))
                        .usingComparatorWithPrecision(1e-3)
                        .containsExactly(Tiny.likelihoods(expected.get(i)));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cpu,cpu,cpu,cpu | inference.devices names 4 devices for a model of 3 layers",
                "cpu,cuda:77 | Device cuda:77 is not here: this machine shows",
                "cuda:1,cuda:1 | inference.devices names cuda:1 twice",
                "tpu | Device \"tpu\" is unknown: use cpu, cuda or cuda:N"
            })
    void refusesByName(String devices, String sentence) {
        InferenceOptions options =
                InferenceOptions.DEFAULT.withKernels("reference").withDevices(List.of(devices.split(",")));
        assertThatThrownBy(() -> LanguageModels.open(Families.folder("llama", "none"), options))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(sentence);
    }
}
