package mhc.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import mhc.datasets.InputException;
import mhc.eval.Answer;
import mhc.eval.Request;
import mhc.model.TorchProgram.Entries;
import mhc.model.TorchProgram.Prefixes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every family composes with every residual, and gives the same whatever way its tokens are fed. */
class FamiliesTest {
    private static final float CLOSE = 1e-4f;

    static Stream<Arguments> everyFamily() {
        return Stream.of("mistral", "qwen2", "qwen3", "llama3", "deepseek-expanded", "deepseek-grouped", "deepseek-v2")
                .flatMap(family -> Stream.of("none", "hc", "mhc").map(residual -> Arguments.of(family, residual)));
    }

    @ParameterizedTest
    @MethodSource("everyFamily")
    void prefillAndDecodingEqualForwardPasses(String family, String residual) throws IOException {
        Path folder = Families.folder(family, residual);
        long[] ids = Arrays.copyOf(Tiny.tokens(24, 3), 40);
        try (TorchProgram program = load(folder)) {
            for (int at = 24; at < ids.length; at++) {
                float[] logits = program.trace(new long[][] {Arrays.copyOf(ids, at)}, true)
                        .logits();
                ids[at] = best(logits, at - 1);
            }
        }
        ByteBuffer bytes = ByteBuffer.allocate(ids.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(ids);
        Path golden = folder.resolve("golden.safetensors");
        WeightEdits.write(
                golden,
                Map.of("greedy_ids", new WeightEdits.Raw("I64", List.of(1L, (long) ids.length), bytes.array())));
        assertThat(GoldenCheck.run(folder, InferenceOptions.DEFAULT).entries())
                .containsExactly(new GoldenCheck.Entry("greedy_ids", 0, true));
        Files.delete(golden);
    }

    @ParameterizedTest
    @CsvSource({
        "mistral, mhc",
        "qwen2, none",
        "qwen3, hc",
        "llama3, mhc",
        "deepseek-expanded, mhc",
        "deepseek-grouped, none",
        "deepseek-v2, mhc"
    })
    void whateverSharesABatchAnswersAreThoseOfWholeSequences(String family, String residual) {
        String opening = "the answer is that the other half went there, that is the answer: ";
        List<Request> requests = List.of(
                new Request.Choice(opening + "the other", List.of(" half", " answer is there", "wise, the half")),
                new Request.Choice(opening, List.of("the", "other half of the half of the half")),
                new Request.Choice("half", List.of(" went", " is that the answer")),
                new Request.Generate(opening + "the", List.of(), 9),
                new Request.Generate("that", List.of(), 5),
                new Request.Generate(opening, List.of(), 14));
        Path folder = Families.folder(family, residual);
        List<Answer> expected = null;
        for (InferenceOptions options : List.of(
                Tiny.options(4096, false, true),
                Tiny.options(4096, true, false),
                Tiny.options(4096, false, false),
                Tiny.options(40, true, false))) {
            List<Answer> answers;
            try (LanguageModel model = LanguageModels.open(folder, options)) {
                answers = Tiny.answers(model, requests);
            }
            expected = expected == null ? answers : expected;
            for (int i = 0; i < 3; i++) {
                assertThat(Tiny.likelihoods(answers.get(i)))
                        .containsExactly(Tiny.likelihoods(expected.get(i)), within((double) CLOSE));
            }
            for (int i = 3; i < 6; i++) {
                assertThat(Tiny.text(answers.get(i))).isEqualTo(Tiny.text(expected.get(i)));
            }
        }
        // The first of them answers one by one: held against the sum over one forward pass.
        Checkpoint checkpoint = Checkpoint.open(folder);
        try (Tokenizer tokenizer = Tokenizer.open(checkpoint);
                TorchProgram program = load(folder)) {
            Tokenizer.Pair pair = tokenizer.encodePair(opening + "the other", " answer is there");
            int start = pair.context().length;
            long[] ids = Arrays.copyOf(pair.context(), start + pair.continuation().length);
            System.arraycopy(pair.continuation(), 0, ids, start, pair.continuation().length);
            float[] logits = program.trace(new long[][] {ids}, true).logits();
            double sum = 0;
            for (int at = start; at < ids.length; at++) {
                sum += likelihood(logits, at - 1, ids[at]);
            }
            assertThat(Tiny.likelihoods(expected.get(0))[1]).isCloseTo(sum, within((double) CLOSE));
        }
    }

    private static TorchProgram load(Path folder) {
        Torch.start(1);
        return Tiny.load(Checkpoint.open(folder), ComputeType.FLOAT32);
    }

    @ParameterizedTest
    @CsvSource({
        // 3 layers of 4-byte numbers: 24 + 8 of latent and shared key, whatever the number of heads.
        "deepseek-grouped, float32, 384",
        "deepseek-grouped, bfloat16, 192",
        "deepseek-expanded, float32, 864",
        // Two heads of 12 for keys and for values.
        "qwen2, float32, 576",
        "qwen3, bfloat16, 480"
    })
    void theCacheHoldsWhatIsReported(String family, String dtype, long bytesPerToken) {
        Torch.start(1);
        Checkpoint checkpoint = Checkpoint.open(Families.folder(family, "none"));
        assertThat(ModelSummary.of(checkpoint.folder(), dtype).cacheBytesPerToken())
                .isEqualTo(bytesPerToken);
        try (TorchProgram program = Tiny.load(checkpoint, ComputeType.of(dtype));
                Entries entries = program.prefill(new long[][] {Tiny.tokens(11, 1)}, new int[] {11}, Prefixes.NONE)
                        .entries()) {
            assertThat(program.bytes(entries)).isEqualTo(11 * bytesPerToken);
        }
    }

    @Test
    void aWindowAsLongAsTheTextIsNone() {
        long[][] ids = {Tiny.tokens(20, 3)};
        float[] wide = logits(Families.config("mistral", "none").put("sliding_window", 20), ids);
        float[] none = logits(Families.config("mistral", "none").putNull("sliding_window"), ids);
        float[] narrow = logits(Families.config("mistral", "none").put("sliding_window", 19), ids);
        assertThat(wide).isEqualTo(none);
        assertThat(Arrays.copyOf(narrow, 19 * 512)).containsExactly(Arrays.copyOf(none, 19 * 512), within(CLOSE));
        assertThat(Math.abs(narrow[19 * 512] - none[19 * 512])).isGreaterThan(1e-3f);
    }

    @Test
    void staticStreamsAreDynamicOnesWithoutInput() {
        long[][] ids = {Tiny.tokens(9, 3)};
        for (String residual : List.of("hc", "mhc")) {
            ObjectNode config = Families.config("qwen3", residual);
            Torch.start(1);
            Path folder = Families.write(config);
            WeightEdits.change(folder, (name, values) -> {
                if (name.endsWith("_hc.fn")) {
                    Arrays.fill(values, 0);
                }
            });
            float[] dynamic = logits(folder, ids);
            WeightEdits.config(folder, edited -> edited.put("hc_dynamic", false));
            assertThat(logits(folder, ids)).containsExactly(dynamic, within(1e-5f));
        }
    }

    @Test
    void aSinglePassReadsWithTheWeightsOfTheSiteBefore() {
        // With the same static weights at every site only the first site differs, which reads stream 0; weights that
        // are
        // one-hot on stream 0 make that no difference.
        Path folder = Families.write(Families.config("qwen3", "hc").put("hc_dynamic", false));
        long[][] ids = {Tiny.tokens(9, 3)};
        WeightEdits.change(folder, (name, values) -> {
            if (name.endsWith("_hc.base")) {
                float[] pre = {1, 0, 0, 0};
                System.arraycopy(pre, 0, values, 0, 4);
            }
        });
        float[] standard = logits(folder, ids);
        WeightEdits.config(
                folder, edited -> edited.put("hc_mode", "single-pass").put("hc_collapse", "sum"));
        assertThat(logits(folder, ids)).isEqualTo(standard);
        // The final weights collapse the streams where nothing else is said: here that is stream 0.
        WeightEdits.config(folder, edited -> edited.remove("hc_collapse"));
        assertThat(logits(folder, ids)).isNotEqualTo(standard);
        // Another read weight at the last site changes the collapse and nothing before it.
        float[][] before = combs(folder, ids);
        WeightEdits.change(folder, (name, values) -> {
            if (name.equals("model.layers.2.ffn_hc.base")) {
                values[1] = 2;
            }
        });
        assertThat(combs(folder, ids)).isDeepEqualTo(before);
    }

    private static float[][] combs(Path folder, long[][] ids) {
        try (TorchProgram program = Tiny.load(Checkpoint.open(folder), ComputeType.FLOAT32)) {
            return program.trace(ids, false).combs();
        }
    }

    private static float[] logits(ObjectNode config, long[][] ids) {
        return logits(Families.write(config), ids);
    }

    private static float[] logits(Path folder, long[][] ids) {
        Torch.start(1);
        try (TorchProgram program = Tiny.load(Checkpoint.open(folder), ComputeType.FLOAT32)) {
            return program.trace(ids, true).logits();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "deepseek-grouped | topk_method | random | topk_method is \"random\", supported: greedy",
                "deepseek-grouped | scoring_func | tanh | scoring_func is \"tanh\", supported: softmax, sigmoid",
                "deepseek-grouped | num_experts_per_tok | 9 | num_experts_per_tok is 9, more than the 8 experts",
                "deepseek-grouped | n_group | 3 | n_group 3 and topk_group 2 do not fit together",
                "deepseek-grouped | n_routed_experts | 1000000000 | n_routed_experts is 1000000000, expected at most 4096",
                "qwen2 | num_hidden_layers | 2000000000 | num_hidden_layers is 2000000000, expected at most 4096",
                "deepseek-grouped | moe_layer_freq | 2 | moe_layer_freq is 2, supported: 1",
                "deepseek-grouped | qk_rope_head_dim | 7 | qk_rope_head_dim is 7, expected an even number",
                "llama3 | sliding_window | 7 | sliding-window attention is no part of LlamaForCausalLM",
                "qwen2 | partial_rotary_factor | 0.5 | partial_rotary_factor is not 1",
                "qwen2 | hidden_act | gelu | hidden_act is \"gelu\", supported: silu"
            })
    void refusesWhatItDoesNotKnowByName(String family, String key, String value, String sentence) {
        ObjectNode config = Families.config(family, "none");
        if (value.matches("[0-9.]+")) {
            config.put(key, Double.parseDouble(value));
            if (!value.contains(".")) {
                config.put(key, Integer.parseInt(value));
            }
        } else {
            config.put(key, value);
        }
        assertThatThrownBy(() -> Families.write(config))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void refusesAWindowInSomeLayersOnly() {
        ObjectNode config = Families.config("qwen2", "none")
                .put("use_sliding_window", true)
                .put("sliding_window", 8)
                .put("max_window_layers", 1);
        assertThatThrownBy(() -> Families.write(config))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("use_sliding_window holds for 2 of 3 layers");
        assertThat(logits(config.put("max_window_layers", 3), new long[][] {Tiny.tokens(20, 3)}))
                .isEqualTo(logits(Families.config("qwen2", "none"), new long[][] {Tiny.tokens(20, 3)}));
    }

    private static long best(float[] logits, int position) {
        int best = 0;
        for (int i = 1; i < 512; i++) {
            best = logits[position * 512 + i] > logits[position * 512 + best] ? i : best;
        }
        return best;
    }

    private static double likelihood(float[] logits, int position, long token) {
        double sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += Math.exp(logits[position * 512 + i]);
        }
        return logits[position * 512 + (int) token] - Math.log(sum);
    }
}
