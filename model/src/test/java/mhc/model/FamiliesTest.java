package mhc.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import mhc.datasets.InputException;
import mhc.model.TorchProgram.Entries;
import mhc.model.TorchProgram.Next;
import mhc.model.TorchProgram.Prefilled;
import mhc.model.TorchProgram.Prefixes;
import mhc.model.TorchProgram.Scored;
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

    private static TorchProgram load(String family, String residual) {
        Torch.start(1);
        return Tiny.load(Checkpoint.open(Families.folder(family, residual)), ComputeType.FLOAT32);
    }

    @ParameterizedTest
    @MethodSource("everyFamily")
    void prefillAndDecodingEqualOneForwardPass(String family, String residual) {
        try (TorchProgram program = load(family, residual)) {
            long[] ids = Tiny.tokens(30, 3);
            float[] logits = program.trace(new long[][] {ids}, true).logits();
            int prompt = 13;
            Prefilled first =
                    program.prefill(new long[][] {Arrays.copyOf(ids, prompt)}, new int[] {prompt}, Prefixes.NONE);
            assertThat(first.next()[0]).isEqualTo(best(logits, prompt - 1));
            try (Entries fresh = first.entries();
                    Entries cache = program.pack(Prefixes.NONE, fresh, ids.length)) {
                for (int at = prompt; at < ids.length; at++) {
                    Next next = program.decode(new long[] {ids[at]}, new int[] {at}, cache);
                    assertThat(next.token()[0]).as("position %d", at).isEqualTo(best(logits, at));
                    assertThat(next.gap()[0]).as("position %d", at).isCloseTo(lead(logits, at), within(CLOSE));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everyFamily")
    void mixedLengthsAfterPrefixesScoreAsWholeSequences(String family, String residual) {
        try (TorchProgram program = load(family, residual)) {
            long[][] prefixes = {Tiny.tokens(19, 1), Tiny.tokens(8, 2)};
            long[][] suffixes = {Tiny.tokens(5, 3), Tiny.tokens(1, 4), Tiny.tokens(14, 5)};
            int[] family3 = {0, 1, 1};
            int[] prefixLengths = {19, 8};
            long[][] rows = new long[3][14];
            int[] positions = new int[3];
            for (int i = 0; i < 3; i++) {
                System.arraycopy(suffixes[i], 0, rows[i], 0, suffixes[i].length);
                positions[i] = i * 14 + suffixes[i].length - 1;
            }
            long[][] targets = {{3, 400}, {17, 5}, {250, 1}};
            Prefilled prefix = program.prefill(
                    new long[][] {prefixes[0], Arrays.copyOf(prefixes[1], 19)}, prefixLengths, Prefixes.NONE);
            Scored together;
            try (Entries entries = prefix.entries()) {
                together = program.score(rows, new Prefixes(entries, prefixLengths, family3), positions, targets);
            }
            for (int i = 0; i < 3; i++) {
                long[] before = prefixes[family3[i]];
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
    @CsvSource({"mistral", "deepseek-expanded", "deepseek-grouped"})
    void rowsOfDifferentLengthsDecodeTogether(String family) {
        try (TorchProgram program = load(family, "mhc")) {
            int[] lengths = {15, 4, 9};
            long[][] rows = new long[3][15];
            for (int i = 0; i < 3; i++) {
                System.arraycopy(Tiny.tokens(lengths[i], i + 1), 0, rows[i], 0, lengths[i]);
            }
            try (Entries fresh = program.prefill(rows, lengths, Prefixes.NONE).entries();
                    Entries cache = program.pack(Prefixes.NONE, fresh, 20)) {
                Next next = program.decode(new long[] {9, 9, 9}, lengths, cache);
                for (int i = 0; i < 3; i++) {
                    long[] whole = Arrays.copyOf(rows[i], lengths[i] + 1);
                    whole[lengths[i]] = 9;
                    float[] logits = program.trace(new long[][] {whole}, true).logits();
                    assertThat(next.token()[i]).isEqualTo(best(logits, lengths[i]));
                    assertThat(next.gap()[i]).isCloseTo(lead(logits, lengths[i]), within(CLOSE));
                }
            }
        }
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
            java.nio.file.Path folder = Families.write(config);
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
        java.nio.file.Path folder =
                Families.write(Families.config("qwen3", "hc").put("hc_dynamic", false));
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

    private static float[][] combs(java.nio.file.Path folder, long[][] ids) {
        try (TorchProgram program = Tiny.load(Checkpoint.open(folder), ComputeType.FLOAT32)) {
            return program.trace(ids, false).combs();
        }
    }

    private static float[] logits(ObjectNode config, long[][] ids) {
        return logits(Families.write(config), ids);
    }

    private static float[] logits(java.nio.file.Path folder, long[][] ids) {
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

    private static float lead(float[] logits, int position) {
        float[] row = Arrays.copyOfRange(logits, position * 512, (position + 1) * 512);
        Arrays.sort(row);
        return row[511] - row[510];
    }
}
