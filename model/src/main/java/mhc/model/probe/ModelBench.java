package mhc.model.probe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import mhc.datasets.InputException;
import mhc.eval.stats.Median;
import mhc.model.decoder.JsonFields;
import mhc.model.decoder.KernelPath;
import mhc.model.decoder.ModelConfig;
import mhc.model.decoder.Program;
import mhc.model.decoder.TensorSpec;
import mhc.model.engine.RandomTensors;
import mhc.model.engine.RandomTensors.Tensor;
import mhc.model.engine.Torch;
import mhc.model.engine.TorchProgram;
import mhc.model.inference.Budget;
import mhc.model.inference.ForwardPasses.KvCache;
import mhc.model.inference.ForwardPasses.Opening;
import mhc.model.inference.ForwardPasses.Prefixes;
import mhc.model.inference.Pass;
import mhc.model.inference.PrefixTree;
import mhc.model.kernels.FusedKernels;

/**
 * What hyper-connections cost a whole model: one decoder with the plain residual, with mHC on the fused kernels and
 * with mHC on the reference, over the same random weights, in float32. C = 768, 12 layers of 12 heads, feed-forward
 * 2048, vocabulary 32,000, n = 4. One thread may use it at a time.
 */
public final class ModelBench implements AutoCloseable {
    private static final int HIDDEN = 768;
    private static final int VOCABULARY = 32_000;
    private static final int PROMPT = 512;

    /** Tokens before the first step of decoding, in every row. */
    private static final int CONTEXT = 128;

    private static final int STEPS = 4;

    /** A prompt's rounds take long, and a step's scatter. */
    private static final int PREFILL_ROUNDS = 15;

    private static final int DECODE_ROUNDS = 61;

    private final List<TorchProgram> programs = new ArrayList<>();

    private ModelBench() {}

    /**
     * One kind of work.
     *
     * @param work such as {@code prefill 512}
     * @param plainSeconds median of the plain residual: of a prompt, or of a step of decoding
     * @param fusedOverhead median over the rounds of how much more time mHC takes on the fused kernels, 0.05 being 5 %
     * @param referenceOverhead likewise on the reference
     */
    public record Row(String work, double plainSeconds, double fusedOverhead, double referenceOverhead) {}

    /** One thread count, one device; the first caller's threads hold for the process. */
    public static ModelBench open(String device, int threads) {
        Torch.start(threads);
        FusedKernels.load(device).ifPresent(missing -> {
            throw new InputException(
                    "There are no fused kernels to time: " + missing + "; use --device cpu on a build that has them.");
        });
        ModelBench bench = new ModelBench();
        try (RandomTensors tensors = RandomTensors.on(device)) {
            Map<String, Tensor> weights = new HashMap<>();
            bench.add(config("none"), KernelPath.NONE, device, tensors, weights);
            bench.add(config("mhc"), KernelPath.FUSED, device, tensors, weights);
            bench.add(config("mhc"), KernelPath.REFERENCE, device, tensors, weights);
        } catch (RuntimeException e) {
            bench.close();
            throw e;
        }
        return bench;
    }

    private void add(
            ModelConfig config, KernelPath kernels, String device, RandomTensors tensors, Map<String, Tensor> weights) {
        Program program = Program.of(config);
        List<Tensor> bound = program.tensors().stream()
                .map(spec -> weights.computeIfAbsent(spec.name(), name -> random(spec, tensors)))
                .toList();
        programs.add(TorchProgram.load(program, config.vocabulary(), device, kernels, bound));
    }

    /** Numbers that keep activations and coefficients of a usual size. */
    private static Tensor random(TensorSpec spec, RandomTensors tensors) {
        long[] shape = spec.shape().stream().mapToLong(Long::longValue).toArray();
        return shape.length == 1 ? tensors.constant(1, shape) : tensors.normal(1 / Math.sqrt(shape[1]), shape);
    }

    private static ModelConfig config(String residual) {
        ObjectNode config = JsonFields.JSON.createObjectNode();
        config.putArray("architectures").add("LlamaForCausalLM");
        config.put("vocab_size", VOCABULARY)
                .put("hidden_size", HIDDEN)
                .put("intermediate_size", 2048)
                .put("num_hidden_layers", 12)
                .put("num_attention_heads", 12)
                .put("num_key_value_heads", 12)
                .put("hidden_act", "silu")
                .put("max_position_embeddings", 4096)
                .put("rms_norm_eps", 1e-6)
                .put("residual", residual);
        if (!residual.equals("none")) {
            config.put("hc_mult", 4);
        }
        return ModelConfig.of(config);
    }

    /** Times a prompt of 512 tokens, and steps of decoding 1 and 16 rows that have 128 tokens each. */
    public void run(Consumer<Row> rows) {
        PrefixTree.Node prompt = node(PROMPT);
        rows.accept(compare(
                "prefill " + PROMPT,
                PREFILL_ROUNDS,
                programs.stream()
                        .map(program -> (Supplier<Double>) () -> seconds(() -> program.prefill(lastOf(prompt), 1)))
                        .toList()));
        for (int count : new int[] {1, 16}) {
            List<KvCache> caches =
                    programs.stream().map(program -> cache(program, count)).toList();
            try {
                List<Supplier<Double>> works = new ArrayList<>();
                for (int i = 0; i < caches.size(); i++) {
                    TorchProgram program = programs.get(i);
                    KvCache cache = caches.get(i);
                    works.add(() -> steps(program, cache, count));
                }
                rows.accept(compare("decode, batch " + count, DECODE_ROUNDS, works));
            } finally {
                caches.forEach(KvCache::close);
            }
        }
    }

    private static PrefixTree.Node node(int length) {
        long[] tokens = new long[length];
        Arrays.setAll(tokens, i -> 7919L * (i + 1) % VOCABULARY);
        return PrefixTree.nodes(List.of(tokens), new Budget(length, length, 1, false, false, 0))
                .remove();
    }

    /** A pass that asks what follows the last token. */
    private static Pass lastOf(PrefixTree.Node node) {
        Pass pass = new Pass(List.of(node));
        pass.ask(0, node.to() - 1);
        return pass;
    }

    private static KvCache cache(TorchProgram program, int rows) {
        PrefixTree.Node node = node(CONTEXT);
        Pass pass = lastOf(node);
        pass.keep(node);
        try (KvCache read = program.prefill(pass, 1).kept().get(0)) {
            KvCache cache = program.allocate(KvCache.NONE, read, rows, CONTEXT + STEPS);
            for (int row = 0; row < rows; row++) {
                program.fill(cache, row, Opening.of(read, CONTEXT));
            }
            return cache;
        }
    }

    /** Seconds of one step. */
    private static double steps(TorchProgram program, KvCache cache, int rows) {
        long[] tokens = new long[rows];
        int[] lengths = new int[rows];
        Arrays.fill(lengths, CONTEXT);
        Arrays.setAll(tokens, i -> 104_729L * (i + 1) % VOCABULARY);
        return seconds(() -> program.decode(tokens, lengths, lengths, cache, Prefixes.NONE, STEPS)) / STEPS;
    }

    private static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) * 1e-9;
    }

    /**
     * Rounds of plain, fused and reference in turn, after one that does not count: what slows a machine slows all
     * three.
     */
    private static Row compare(String work, int rounds, List<Supplier<Double>> works) {
        double[][] seconds = new double[works.size()][rounds];
        for (int round = -1; round < rounds; round++) {
            for (int i = 0; i < works.size(); i++) {
                double once = works.get(i).get();
                if (round >= 0) {
                    seconds[i][round] = once;
                }
            }
        }
        return new Row(work, Median.of(seconds[0]), overhead(seconds[1], seconds[0]), overhead(seconds[2], seconds[0]));
    }

    private static double overhead(double[] seconds, double[] plain) {
        double[] more = new double[seconds.length];
        Arrays.setAll(more, i -> seconds[i] / plain[i] - 1);
        return Median.of(more);
    }

    @Override
    public void close() {
        programs.forEach(TorchProgram::close);
    }
}
