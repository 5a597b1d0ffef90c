package mhc.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import mhc.datasets.InputException;
import mhc.eval.Answer;
import mhc.eval.Request;
import mhc.model.InferenceOptions;
import mhc.model.LanguageModel;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.ModelSummary;
import mhc.model.checkpoint.WeightEdits;
import mhc.model.decoder.ComputeType;
import mhc.model.decoder.JsonFields;
import mhc.model.inference.Budget;
import mhc.model.inference.ForwardPasses.KvCache;
import mhc.model.inference.Pass;
import mhc.model.inference.PrefixTree;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What each family is, and that it answers the same whatever is shared; {@link TorchProgramTest} feeds all of them. */
class FamiliesTest {
    private static final int VOCABULARY = 1024;
    private static final float CLOSE = 1e-5f;

    static List<String> families() {
        return Families.NAMES;
    }

    private static List<Answer> answers(String family, boolean share, boolean deterministic, List<Request> requests) {
        // So few tokens a pass that a question takes several, so small a cache that rows wait for one another.
        InferenceOptions options = Tiny.options(100, share, deterministic);
        try (LanguageModel model = LanguageModels.open(Families.folder(family, "mhc"), options)) {
            return Tiny.answers(model, requests);
        }
    }

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

    @ParameterizedTest
    @MethodSource("families")
    void sharingChangesNoAnswer(String family) {
        List<Answer> alone = answers(family, false, false, requests());
        List<Answer> together = answers(family, true, false, requests());
        for (int i = 0; i < alone.size(); i++) {
            if (alone.get(i) instanceof Answer.Text text) {
                assertThat(Tiny.text(together.get(i))).as("request %d", i).isEqualTo(text.text());
            } else {
                double[] expected = Tiny.likelihoods(alone.get(i));
                double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
                assertThat(Tiny.likelihoods(together.get(i)))
                        .as("request %d", i)
                        .containsExactly(expected, within(Math.max(CLOSE, 1e-6 * largest)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void deterministicAnswersAreEqualToTheBit(String family) {
        List<Request> requests = requests();
        List<Answer> together = answers(family, true, true, requests);
        List<Integer> order = new ArrayList<>(List.of(0, 3, 4, 7, 9));
        Collections.shuffle(order, new Random(3));
        List<Answer> some =
                answers(family, true, true, order.stream().map(requests::get).toList());
        for (int i = 0; i < order.size(); i++) {
            assertThat(Tiny.content(some.get(i))).isEqualTo(Tiny.content(together.get(order.get(i))));
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
        "qwen3, bfloat16, 480",
        "gemma3, float32, 960"
    })
    void theCacheHoldsWhatIsReported(String family, String dtype, long bytesPerToken) {
        Torch.start(1);
        Checkpoint checkpoint = Checkpoint.open(Families.folder(family, "none"));
        assertThat(ModelSummary.of(checkpoint.folder(), dtype).cacheBytesPerToken())
                .isEqualTo(bytesPerToken);
        try (TorchProgram program = Tiny.load(checkpoint, ComputeType.of(dtype));
                KvCache cache = TorchProgramTest.read(program, Tiny.tokens(11, 1))) {
            assertThat(program.bytes(cache)).isEqualTo(11 * bytesPerToken);
        }
    }

    static Stream<String> unroutedFamilies() {
        return Families.NAMES.stream().filter(family -> !Families.isRouted(family));
    }

    /** Rounding errs no more where parts are merged than where one call sees everything. */
    @ParameterizedTest
    @MethodSource("unroutedFamilies")
    void mergingPartsKeepsWhatHalfTypesKeep(String family) {
        Torch.start(1);
        Checkpoint checkpoint = Checkpoint.open(Families.folder(family, "mhc"));
        try (TorchProgram wide = Tiny.load(checkpoint, ComputeType.FLOAT32);
                TorchProgram half = Tiny.load(checkpoint, ComputeType.BFLOAT16)) {
            double[] exact = likelihoods(wide, false);
            double whole = distance(exact, likelihoods(half, false));
            double merged = distance(exact, likelihoods(half, true));
            assertThat(merged).isLessThan(1.3 * whole);
        }
    }

    /** Root mean square. */
    private static double distance(double[] first, double[] second) {
        return Math.sqrt(IntStream.range(0, first.length)
                .mapToDouble(i -> Math.pow(first[i] - second[i], 2))
                .average()
                .orElseThrow());
    }

    /** Of four tokens after each of the last eight tokens of twelve sequences, which open with the same forty. */
    private static double[] likelihoods(TorchProgram program, boolean share) {
        long[] opening = Tiny.tokens(40, 1);
        List<long[]> sequences = IntStream.range(0, 12)
                .mapToObj(i -> LongStream.concat(Arrays.stream(opening), Arrays.stream(Tiny.tokens(8, 2 + i)))
                        .toArray())
                .toList();
        List<PrefixTree.Node> nodes =
                List.copyOf(PrefixTree.nodes(sequences, new Budget(1000, 1000, 10, share, false, 2)));
        Pass pass = new Pass(nodes);
        IntStream.range(0, nodes.size())
                .filter(i -> nodes.get(i).isLeaf())
                .boxed()
                .sorted(Comparator.comparing(i -> nodes.get(i).ends().get(0)))
                .forEach(i -> IntStream.range(40, 48)
                        .forEach(position -> pass.ask(i, position, new long[] {3, 17, 250, 400})));
        float[] found = program.score(pass, 100).logLikelihoods();
        return IntStream.range(0, found.length).mapToDouble(i -> found[i]).toArray();
    }

    @Test
    void aWindowAsLongAsTheTextIsNone() {
        long[][] ids = {Tiny.tokens(20, 3)};
        float[] wide = logits(Families.config("mistral", "none").put("sliding_window", 20), ids);
        float[] none = logits(Families.config("mistral", "none").putNull("sliding_window"), ids);
        float[] narrow = logits(Families.config("mistral", "none").put("sliding_window", 19), ids);
        assertThat(wide).isEqualTo(none);
        assertThat(Arrays.copyOf(narrow, 19 * VOCABULARY))
                .containsExactly(Arrays.copyOf(none, 19 * VOCABULARY), within(CLOSE));
        assertThat(Math.abs(narrow[19 * VOCABULARY] - none[19 * VOCABULARY])).isGreaterThan(1e-3f);
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
                "deepseek-grouped | moe_layer_freq | 2 | moe_layer_freq is 2, supported: 1",
                "deepseek-grouped | qk_rope_head_dim | 7 | qk_rope_head_dim is 7, expected an even number",
                "llama3 | sliding_window | 7 | sliding-window attention is no part of LlamaForCausalLM",
                "qwen2 | partial_rotary_factor | 0.5 | partial_rotary_factor is not 1",
                "qwen2 | hidden_act | gelu | hidden_act is \"gelu\", supported: silu",
                "gemma2 | hidden_activation | gelu | hidden_activation is \"gelu\", supported: gelu_pytorch_tanh",
                "gemma2 | use_bidirectional_attention | true | use_bidirectional_attention is true, supported: false",
                "gemma2 | attn_logit_softcapping | 0 | attn_logit_softcapping is 0, expected a positive number",
                "gemma2 | num_key_value_heads | 3 | num_attention_heads is 4, not a multiple of num_key_value_heads 3",
                "gemma2 | head_dim | 7 | head_dim is 7, expected an even number",
                "gemma2 | sliding_window | null | sliding_window is null, expected a number of tokens for the layers",
                "gemma3 | attn_logit_softcapping | 50 | is given: Gemma 3 does not cap scores of attention",
                "gemma3 | query_pre_attn_scalar | none | query_pre_attn_scalar is \"none\", expected a positive number",
                "gemma3 | rope_scaling | {\"rope_type\":\"yarn\"} | rope_scaling.rope_type is \"yarn\", supported: default",
                "gemma3 | rope_parameters | {\"rope_type\":\"default\"} | rope_parameters has no full_attention"
            })
    void refusesWhatItDoesNotKnowByName(String family, String key, String value, String sentence)
            throws JsonProcessingException {
        ObjectNode config = Families.config(family, "none");
        boolean json = value.matches("[0-9.]+|true|null|\\{.*");
        config.set(key, json ? JsonFields.JSON.readTree(value) : config.textNode(value));
        assertThatThrownBy(() -> Families.write(config))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void aWindowHoldsInTheLayersThatHaveIt() {
        long[][] ids = {Tiny.tokens(20, 3)};
        ObjectNode config = Families.config("qwen2", "none").put("sliding_window", 5);
        float[] none = logits(config, ids);
        config.put("use_sliding_window", true);
        // Layers from max_window_layers on: all of them, the last, none of the three.
        float[] all = logits(config.put("max_window_layers", 0), ids);
        float[] last = logits(config.put("max_window_layers", 2), ids);
        assertThat(logits(config.put("max_window_layers", 3), ids)).isEqualTo(none);
        // What a token sees through three windowed layers is 13 tokens long, through one and two whole layers
        // everything.
        assertThat(influence(config.put("max_window_layers", 0), 13)).isZero();
        assertThat(influence(config.put("max_window_layers", 0), 12)).isPositive();
        assertThat(influence(config.put("max_window_layers", 2), 19)).isPositive();
        config.remove("max_window_layers");
        config.putArray("layer_types")
                .add("full_attention")
                .add("full_attention")
                .add("sliding_attention");
        assertThat(logits(config, ids)).isEqualTo(last).isNotEqualTo(all);
        assertThat(logits(config.put("use_sliding_window", false), ids)).isEqualTo(none);
    }

    /** How far the logits after token 19 change when a token before it is another one. */
    private static double influence(ObjectNode config, int back) {
        long[] ids = Tiny.tokens(20, 3);
        long[] other = ids.clone();
        other[19 - back]++;
        java.nio.file.Path folder = Families.write(config);
        float[] first = logits(folder, new long[][] {ids});
        float[] second = logits(folder, new long[][] {other});
        return IntStream.range(19 * VOCABULARY, 20 * VOCABULARY)
                .mapToDouble(i -> Math.abs(first[i] - second[i]))
                .max()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "qwen2 | full_attention,chunked_attention,full_attention | layer_types holds \"chunked_attention\"",
                "qwen2 | full_attention,sliding_attention | layer_types has 2 entries, expected one for each of 3 layers",
                "gemma3 | full_attention,chunked_attention,full_attention | layer_types holds \"chunked_attention\"",
                "llama | full_attention,full_attention,sliding_attention | supported in LlamaForCausalLM: full_attention"
            })
    void refusesLayerTypesThatItDoesNotKnow(String family, String types, String sentence) {
        ObjectNode config = Families.config(family, "none");
        Arrays.stream(types.split(",")).forEach(config.putArray("layer_types")::add);
        assertThatThrownBy(() -> Families.write(config))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(sentence);
    }
}
