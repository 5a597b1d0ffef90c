package mhc.model.engine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import mhc.datasets.testing.TestFolders;
import mhc.eval.Answer;
import mhc.eval.Request;
import mhc.model.InferenceOptions;
import mhc.model.LanguageModel;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.SafeTensors;
import mhc.model.checkpoint.SafeTensorsWriter;
import mhc.model.checkpoint.TinyCheckpoints;
import mhc.model.decoder.ComputeType;
import mhc.model.decoder.KernelPath;
import mhc.model.decoder.TensorSpec;
import mhc.model.kernels.FusedKernels;

/** Tiny checkpoints, written once per residual kind and test process, and what tests do with models. */
public final class Tiny {
    private static final Map<String, Path> FOLDERS = new ConcurrentHashMap<>();

    private Tiny() {}

    public static Path folder(String residual) {
        return FOLDERS.computeIfAbsent(residual, kind -> {
            Path folder = TestFolders.create("tiny-checkpoint");
            TinyCheckpoints.write(folder, kind, 7);
            return folder;
        });
    }

    /** A copy that a test may damage. */
    public static Path copy(String residual) {
        Path copy = TestFolders.create("tiny-checkpoint");
        for (String name : List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
            try {
                Files.copy(folder(residual).resolve(name), copy.resolve(name));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return copy;
    }

    /** Rewrites the weights, some of them changed. */
    public static void rewrite(Path folder, Consumer<float[]> change, String changed) {
        SafeTensors file = SafeTensors.open(folder.resolve("model.safetensors"));
        List<SafeTensorsWriter.Named> tensors = new ArrayList<>();
        file.tensors().values().forEach(tensor -> {
            float[] values = new float[(int) tensor.elements()];
            file.map(tensor).asFloatBuffer().get(values);
            if (tensor.name().equals(changed)) {
                change.accept(values);
            }
            tensors.add(new SafeTensorsWriter.Named(
                    new TensorSpec(tensor.name(), tensor.shape(), TensorSpec.Kind.COMPUTE, List.of()), values));
        });
        SafeTensorsWriter.write(folder.resolve("model.safetensors"), tensors);
    }

    /** Default options on a kernel path; a test that asks for fused kernels is skipped where the build made none. */
    public static InferenceOptions onKernels(String kernels) {
        Torch.start(1);
        if (kernels.equals("fused")) {
            Optional<String> missing = FusedKernels.load("cpu");
            assumeTrue(missing.isEmpty(), () -> "fused kernels: " + missing.orElse(""));
        }
        return InferenceOptions.DEFAULT.withKernels(kernels);
    }

    /** A program on the kernels that this machine offers. */
    static TorchProgram load(Checkpoint checkpoint, ComputeType type) {
        KernelPath kernels = LanguageModels.startEngine(checkpoint, InferenceOptions.DEFAULT);
        return TorchProgram.load(checkpoint, InferenceOptions.DEFAULT.withDtype(type.toString()), kernels);
    }

    public static InferenceOptions options(int maxBatchTokens, boolean prefixCache, boolean deterministic) {
        return InferenceOptions.DEFAULT
                .withMaxBatchTokens(maxBatchTokens)
                .withPrefixCache(prefixCache)
                .withDeterministic(deterministic);
    }

    static InferenceOptions bfloat16(int maxBatchTokens, boolean prefixCache) {
        return options(maxBatchTokens, prefixCache, false).withDtype("bfloat16");
    }

    public static List<Answer> answers(LanguageModel model, List<? extends Request> requests) {
        List<Answer> answers = new ArrayList<>(Collections.nCopies(requests.size(), null));
        model.answer(List.copyOf(requests), (index, answer) -> {
            if (answers.set(index, answer) != null) {
                throw new AssertionError("request " + index + " was answered twice");
            }
        });
        return answers;
    }

    /** Log-likelihoods of a choice. */
    public static double[] likelihoods(Answer answer) {
        return ((Answer.Scores) answer)
                .scores().stream().mapToDouble(Answer.Score::logLikelihood).toArray();
    }

    /** An answer without what it took, which depends on who asked before. */
    static Object content(Answer answer) {
        return answer instanceof Answer.Scores scores ? scores.scores() : text(answer);
    }

    static String text(Answer answer) {
        return ((Answer.Text) answer).text();
    }

    /** Distinct, reproducible tokens of the tiny vocabulary. */
    static long[] tokens(int count, int seed) {
        long[] ids = new long[count];
        Arrays.setAll(ids, i -> 1 + (i * 37L + seed * 101L + (long) i * i * seed) % 400);
        return ids;
    }
}
