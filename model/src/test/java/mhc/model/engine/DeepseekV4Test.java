package mhc.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import mhc.datasets.InputException;
import mhc.model.checkpoint.BundledCheckpoints;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.ModelSummary;
import mhc.model.checkpoint.SafeTensors;
import mhc.model.checkpoint.SafeTensorsWriter;
import mhc.model.checkpoint.WeightEdits;
import mhc.model.checkpoint.WeightEdits.Raw;
import mhc.model.decoder.ComputeType;
import mhc.model.decoder.LayerState;
import mhc.model.decoder.Program;
import mhc.model.decoder.TensorSpec;
import mhc.model.inference.Budget;
import mhc.model.inference.ForwardPasses.KvCache;
import mhc.model.inference.ForwardPasses.Scores;
import mhc.model.inference.Pass;
import mhc.model.inference.PrefixTree;
import mhc.model.inference.PrefixTree.Node;
import mhc.model.probe.ModelPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** DeepSeek-V4's names, storage, sizes and refusals; what it computes is held by the tests of all families. */
class DeepseekV4Test {
    @TempDir
    Path temporary;

    /** Layers, experts and sizes of the releases, and their parameters as published: with three digits, and with two. */
    @ParameterizedTest
    @CsvSource({
        "43, 0, 4096, 64, 1024, 8, 256, 2048, 512, 284e9, 0.01, 13e9, 8",
        "61, 128, 7168, 128, 1536, 16, 384, 3072, 1024, 1.6e12, 0.03, 49e9, 61"
    })
    void plansForTheReleases(
            int layers,
            int first,
            int hidden,
            int heads,
            int queryRank,
            int groups,
            int experts,
            int inner,
            int indexTop,
            double total,
            double rounded,
            double active,
            int devices)
            throws IOException {
        ObjectNode config = Families.config("deepseek-v4", "mhc");
        config.remove(List.of("layer_types", "compress_rates"));
        var ratios = config.putArray("compress_ratios").add(first).add(first);
        IntStream.range(2, layers + 1).forEach(layer -> ratios.add(layer % 2 == 0 ? 4 : 128));
        config.put("num_hidden_layers", layers)
                .put("hidden_size", hidden)
                .put("vocab_size", 129_280)
                .put("num_attention_heads", heads)
                .put("head_dim", 512)
                .put("qk_rope_head_dim", 64)
                .put("q_lora_rank", queryRank)
                .put("o_groups", groups)
                .put("o_lora_rank", 1024)
                .put("sliding_window", 128)
                .put("index_n_heads", 64)
                .put("index_head_dim", 128)
                .put("index_topk", indexTop)
                .put("n_routed_experts", experts)
                .put("num_experts_per_tok", 6)
                .put("moe_intermediate_size", inner)
                .put("num_hash_layers", 3);
        Path file = temporary.resolve("config.json");
        Files.writeString(file, config.toString());
        ModelPlan plan = ModelPlan.of(file, "bfloat16", 1, 128);
        assertThat(plan.parameters() / total).isCloseTo(1, within(rounded));
        assertThat(plan.activeParameters() / active).isCloseTo(1, within(0.05));

        config.put("expert_dtype", "fp4")
                .putObject("quantization_config")
                .put("quant_method", "fp8")
                .putArray("weight_block_size")
                .add(128)
                .add(128);
        Files.writeString(file, config.toString());
        ModelPlan stored = ModelPlan.of(file, "bfloat16", 1, 128, new ModelPlan.Machine(devices, true, 80));
        // Nearly all is experts: half a byte a number, and a byte for each 32.
        assertThat(stored.weightBytes() / (total * (0.5 + 1 / 32.0))).isCloseTo(1, within(0.1));
        assertThat(stored.shares()).hasSize(devices);
        assertThat(stored.shares().stream()
                        .mapToLong(ModelPlan.Share::weightBytes)
                        .sum())
                .isCloseTo(stored.weightBytes(), within(1000L));
        assertThat(stored.state()).extracting(LayerState::layers).allMatch(count -> count > 0);
        assertThat(stored.state().stream()
                        .mapToDouble(kind -> kind.layers() * kind.bytesPerToken())
                        .sum())
                .isEqualTo(stored.cacheBytesPerToken());
        assertThatThrownBy(() -> ModelPlan.of(file, "bfloat16", 1, 128, new ModelPlan.Machine(2, true, 40)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("GB on device 1 of 2, which has 38.00 GB");
        assertThatThrownBy(() -> ModelPlan.of(file, "bfloat16", 1, 128, new ModelPlan.Machine(62, true, 0)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("names 62 devices for a model of " + layers + " layers");
    }

    /** 0 as released, 1 as saved by transformers, 2 as its modules are called, with experts in one tensor. */
    @ParameterizedTest
    @CsvSource({"0", "1", "2"})
    void readsTheSameWeightsUnderAllNames(int scheme) throws IOException {
        Torch.start(1);
        Path source = Families.folder("deepseek-v4", "mhc");
        Checkpoint checkpoint = Checkpoint.withoutTokenizer(source);
        SafeTensors file = SafeTensors.open(source.resolve("model.safetensors"));
        List<SafeTensorsWriter.Named> renamed = new ArrayList<>();
        float[] gate = null;
        float[] gates = {};
        float[] downs = {};
        for (TensorSpec spec : checkpoint.program().tensors().stream()
                .skip(Program.FREQUENCIES + 1)
                .toList()) {
            List<String> names = Stream.concat(Stream.of(spec.name()), spec.otherNames().stream())
                    .distinct()
                    .sorted(java.util.Comparator.comparing((String name) -> place(name, scheme)))
                    .toList();
            String name = names.get(0);
            float[] values = values(file, spec);
            if (scheme == 2 && name.contains(".experts.")) {
                if (name.endsWith("gate_proj.weight")) {
                    gate = values;
                } else if (name.endsWith("up_proj.weight")) {
                    gates = joined(gates, joined(gate, values));
                } else {
                    downs = joined(downs, values);
                    if (name.contains(".experts.15.")) {
                        String layer = name.substring(0, name.indexOf("15."));
                        renamed.add(named(layer + "gate_up_proj", List.of(16L, 40L, 48L), gates));
                        renamed.add(named(layer + "down_proj", List.of(16L, 48L, 20L), downs));
                        gates = new float[0];
                        downs = new float[0];
                    }
                }
                continue;
            }
            renamed.add(
                    new SafeTensorsWriter.Named(new TensorSpec(name, spec.shape(), spec.kind(), List.of()), values));
        }
        Files.copy(source.resolve("config.json"), temporary.resolve("config.json"));
        SafeTensorsWriter.write(temporary.resolve("model.safetensors"), renamed);
        long[][] ids = {Tiny.tokens(30, 1)};
        assertThat(logits(temporary, ids)).isEqualTo(logits(source, ids));
    }

    /** The lower, the more a name is of a scheme. */
    private static int place(String name, int scheme) {
        boolean model = name.startsWith("model.") || name.startsWith("lm_head");
        boolean module = name.contains("self_attn") || name.contains(".mlp.") || name.contains("layernorm");
        boolean saved =
                name.matches(".*\\.attn\\.norm\\.weight") || name.contains(".hc_attn") || name.contains(".hc_ffn");
        return switch (scheme) {
            case 0 -> (model ? 2 : 0) + (module ? 1 : 0);
            case 1 -> (model ? 0 : 4) + (module ? 2 : 0) + (saved ? 0 : 1);
            default -> (model ? 0 : 4) + (module ? 0 : 2) + (saved ? 1 : 0);
        };
    }

    private static SafeTensorsWriter.Named named(String name, List<Long> shape, float[] values) {
        return new SafeTensorsWriter.Named(new TensorSpec(name, shape, TensorSpec.Kind.COMPUTE, List.of()), values);
    }

    private static float[] joined(float[] first, float[] second) {
        float[] both = java.util.Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static float[] values(SafeTensors file, TensorSpec spec) {
        SafeTensors.Tensor tensor = file.tensors().get(spec.name());
        float[] values = new float[(int) tensor.elements()];
        var bytes = file.map(tensor);
        for (int i = 0; i < values.length; i++) {
            values[i] = spec.kind() == TensorSpec.Kind.INDEX ? bytes.getLong() : bytes.getFloat();
        }
        return values;
    }

    private static float[] logits(Path folder, long[][] ids) {
        try (TorchProgram program = Tiny.load(Checkpoint.withoutTokenizer(folder), ComputeType.FLOAT32)) {
            return program.trace(ids, true).logits();
        }
    }

    @Test
    void scalesArePowersOfTwo() {
        for (int stored = 0; stored < 255; stored++) {
            assertThat(ScaleFactors.powerOfTwo((byte) stored)).isEqualTo((float) Math.pow(2, stored - 127));
        }
        assertThat(ScaleFactors.powerOfTwo((byte) 255)).isNaN();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"layer_types\":null,\"compress_ratios\":[0,4,16,4]} | compress_ratios holds 16, supported: 0, 4, 128",
                "{\"layer_types\":null,\"compress_ratios\":[0,4]} | compress_ratios has 2 entries, expected one for each",
                "{\"model_type\":\"deepseek_v41\"} | model_type is \"deepseek_v41\", expected deepseek_v4",
                "{\"scoring_func\":\"sigmoid\"} | scoring_func is \"sigmoid\", supported: sqrtsoftplus",
                "{\"num_experts_per_tok\":17} | num_experts_per_tok is 17, more than n_routed_experts 16",
                "{\"o_groups\":3} | num_attention_heads is 4, not a multiple of o_groups 3",
                "{\"mlp_layer_types\":[\"moe\",\"moe\",\"dense\",\"moe\"]} | mlp_layer_types holds \"dense\""
            })
    void refusesByName(String changed, String sentence) throws IOException {
        ObjectNode config = Families.config("deepseek-v4", "mhc");
        config.setAll((ObjectNode) mhc.model.decoder.JsonFields.JSON.readTree(changed));
        assertThatThrownBy(() -> Families.write(config))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(sentence);
    }

    /** An entry for each run that ended, with 16 numbers and 8 for the indexer; beyond that, no more for more tokens. */
    @Test
    void stateGrowsByFinishedEntriesAlone() {
        Torch.start(1);
        Checkpoint checkpoint = Checkpoint.open(Families.folder("deepseek-v4", "none"));
        ModelSummary summary = ModelSummary.of(checkpoint);
        assertThat(summary.cacheBytesPerToken()).isEqualTo(4 * (2 * (16 + 8) / 4.0 + 16 / 8.0));
        try (TorchProgram program = Tiny.load(checkpoint, ComputeType.FLOAT32)) {
            long[] bytes = IntStream.range(0, 81)
                    .mapToLong(tokens -> tokens == 0 ? 0 : bytes(program, tokens))
                    .toArray();
            for (int tokens = 16; tokens <= 72; tokens++) {
                assertThat(bytes[tokens + 8] - bytes[tokens]).isEqualTo((long) (8 * summary.cacheBytesPerToken()));
            }
            for (int tokens = 1; tokens <= 80; tokens++) {
                assertThat((double) bytes[tokens])
                        .isLessThanOrEqualTo(summary.fixedCacheBytes() + tokens * summary.cacheBytesPerToken());
            }
        }
    }

    private static long bytes(TorchProgram program, int tokens) {
        try (KvCache cache = TorchProgramTest.read(program, Tiny.tokens(tokens, 1))) {
            return program.bytes(cache);
        }
    }

    /** What was read before any cut decides nothing but the state: each prefix continues as if it had never been cut. */
    @Test
    void stateForksAtAnyCut() {
        Torch.start(1);
        long[] ids = Tiny.tokens(34, 5);
        Checkpoint checkpoint = Checkpoint.open(BundledCheckpoints.folder("v4-mhc"));
        for (int i = 0; i < ids.length; i++) {
            ids[i] %= checkpoint.config().vocabulary();
        }
        Budget whole = new Budget(64, 64, 1, true, false, 1);
        try (TorchProgram program = Tiny.load(checkpoint, ComputeType.FLOAT32)) {
            Node all = PrefixTree.nodes(List.of(ids), whole).remove();
            float[] expected = lastScores(program, all);
            for (int cut = 1; cut < ids.length; cut++) {
                long[] other = java.util.Arrays.copyOf(ids, cut + 1);
                other[cut] = (ids[cut] + 1) % checkpoint.config().vocabulary();
                // Two sequences that part at the cut, so that the state there is continued twice.
                List<Node> nodes = new ArrayList<>(PrefixTree.nodes(List.of(ids, other), whole));
                float[] found = {};
                for (Node node : nodes) {
                    float[] scores = lastScores(program, node);
                    found = node.ends().contains(0) ? scores : found;
                }
                assertThat(found)
                        .as("cut at %d", cut)
                        .usingComparatorWithPrecision(1e-5f)
                        .containsExactly(expected);
                nodes.forEach(Node::close);
            }
        }
    }

    /** Reads a node, keeps it, and scores two tokens behind its last. */
    private static float[] lastScores(TorchProgram program, Node node) {
        Pass pass = new Pass(List.of(node));
        pass.keep(node);
        pass.ask(0, node.to() - 1, 5, 77);
        Scores scores = program.score(pass, 16);
        node.keep(scores.kept().get(0));
        return scores.logLikelihoods();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "48 | F8_E4M3 | 1,1 | layers.1.ffn.experts.3.w1.scale has type F8_E8M0 and shape [1, 1], expected F32 or"
                        + " F8_E8M0 and [2, 2]",
                "48 | I8 | 20,3 | layers.1.ffn.experts.3.w1.scale has type F8_E8M0 and shape [20, 3], expected F32 or"
                        + " F8_E8M0 and [20, 2]",
                "47 | I8 | 20,2 | tensor layers.1.ffn.experts.3.w1.weight in model.safetensors has type I8, two numbers to"
                        + " a byte, and its width 47 is odd"
            })
    void refusesCompressedWeightsThatDoNotFit(int hidden, String type, String scale, String sentence)
            throws IOException {
        ObjectNode config = Families.config("deepseek-v4", "mhc").put("hidden_size", hidden);
        config.putObject("quantization_config")
                .put("quant_method", "fp8")
                .putArray("weight_block_size")
                .add(16)
                .add(32);
        Path folder = Families.write(config);
        SafeTensors file = SafeTensors.open(folder.resolve("model.safetensors"));
        Map<String, Raw> tensors = new LinkedHashMap<>();
        file.tensors().forEach((name, tensor) -> {
            byte[] bytes = new byte[(int) tensor.bytes()];
            file.map(tensor).get(bytes);
            tensors.put(name, new Raw(tensor.type().name(), tensor.shape(), bytes));
        });
        List<Long> shape = Stream.of(scale.split(",")).map(Long::valueOf).toList();
        long width = type.equals("I8") ? hidden / 2 : hidden;
        tensors.put(
                "layers.1.ffn.experts.3.w1.weight", new Raw(type, List.of(20L, width), new byte[(int) (20 * width)]));
        tensors.put(
                "layers.1.ffn.experts.3.w1.scale",
                new Raw("F8_E8M0", shape, new byte[(int) (shape.get(0) * shape.get(1))]));
        WeightEdits.write(folder.resolve("model.safetensors"), tensors);
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void refusesAMissingTable() throws IOException {
        ObjectNode config = Families.config("deepseek-v4", "mhc");
        Path folder = Families.write(config);
        Files.writeString(
                folder.resolve("config.json"), config.put("num_hash_layers", 2).toString());
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("tensor layers.1.ffn.gate.tid2eid is absent, expected shape [1024, 4]");
    }
}
