package mhc.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import mhc.model.InferenceOptions;
import mhc.model.checkpoint.BundledCheckpoints;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.decoder.Binder;
import mhc.model.decoder.KernelPath;
import mhc.model.decoder.Linker;
import mhc.model.decoder.RowOperations;
import mhc.model.decoder.Script;
import mhc.model.decoder.TorchArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every operation on rows, called from TorchScript, against the function of the program that it takes the place of. */
class RowOperationsTest {
    /** Both sides compute and compare in TorchScript: the largest |difference| / max(1, |expected|) of each result. */
    private static final String RUN = """
            def worst(got: Tensor, expected: Tensor) -> float:
                assert got.dtype == expected.dtype and got.size() == expected.size()
                if expected.numel() == 0:
                    return 0.0
                error = torch.abs(got.to(7) - expected.to(7)) / torch.clamp(torch.abs(expected.to(7)), 1.0)
                return float(torch.where(torch.isfinite(error), error, torch.full_like(error, 1e30)).max().item())


            def norms(x: Tensor, f: Tensor, weight: Tensor) -> List[float]:
                h, y = add_normed_(x, f, weight, 1e-5)
                kept = torch.clone(x)
                h2, y2 = ops.mhc_rows.add_normed_(kept, f, weight, 1e-5)
                norm = ops.mhc_rows.rms_normed(x, weight, 1e-5)
                # In the memory of what was given.
                return [worst(norm, rms_normed(x, weight, 1e-5)), worst(h2, h), worst(y2, y), worst(kept, h)]


            def gates(x: Tensor, f: Tensor) -> List[float]:
                kept = torch.clone(x)
                got = ops.mhc_rows.silu_times_(kept, f)
                return [worst(got, silu_times_(x, f)), worst(kept, got)]


            def rotations(x: Tensor, cos: Tensor, sin: Tensor, heads: int, scale: float) -> List[float]:
                # As products give it, [T, H * R], with the heads in front.
                kept = torch.clone(x)
                apart = x.view([-1, heads, cos.size(3)]).transpose(0, 1).unsqueeze(0)
                seen = kept.view([-1, heads, cos.size(3)]).transpose(0, 1).unsqueeze(0)
                expected = turned_(apart, cos, sin, scale)
                got = ops.mhc_rows.turned_(seen, cos, sin, scale)
                aside = ops.mhc_rows.turned_(torch.clone(apart), cos, sin, scale)
                return [worst(got, expected), worst(seen, expected), worst(aside, expected)]
            """;

    private static final String METHODS = """
            def run(self: Program, x: Tensor, f: Tensor, weight: Tensor, cos: Tensor, sin: Tensor, heads: int,
                    half: bool) -> float:
                if half:
                    x, f = x.to(15), f.to(15)
                errors = norms(x, f, weight)
                errors.extend(gates(x, f))
                errors.extend(gates(x * 90.0, f))
                errors.extend(rotations(x, cos, sin, heads, 1.0))
                errors.extend(rotations(x, cos, sin, heads, 1.3))
                return max(errors)

            def strided(self: Program, x: Tensor, f: Tensor) -> Tensor:
                return ops.mhc_rows.silu_times_(x.transpose(0, 1), f.transpose(0, 1))
            """;

    private static NDManager manager;
    private static PtSymbolBlock module;

    @BeforeAll
    static void start() throws IOException {
        Torch.start(1);
        Torch.prepareThread();
        assumeTrue(RowOperations.choose("auto", List.of("cpu")) == RowOperations.FUSED, "no kernels here");
        manager = Torch.newManager("cpu");
        Checkpoint any = Checkpoint.open(BundledCheckpoints.folder("gqa-none"));
        String source = Linker.link(
                Script.module(METHODS), Binder.of(RUN).script(), any.program().script());
        module = JniUtils.loadModule(
                (PtNDManager) manager, new ByteArrayInputStream(TorchArchive.of(source)), false, false);
    }

    @AfterAll
    static void stop() {
        if (manager != null) {
            module.close();
            manager.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 2, 8, false",
        "1, 1, 2, false",
        "1, 12, 64, false",
        "3, 3, 14, false",
        "7, 5, 38, false",
        "67, 4, 48, false",
        "300, 12, 64, false",
        "1, 2, 64, true",
        "5, 3, 22, true",
        "130, 4, 32, true",
    })
    void computeWhatTheirFunctionsCompute(int tokens, int heads, int width, boolean half) {
        Random random = new Random(tokens + heads);
        int columns = heads * width;
        double error = IValueUtils.runMethod(
                        module,
                        "run",
                        tensor(random, tokens, columns),
                        tensor(random, tokens, columns),
                        tensor(random, columns),
                        tensor(random, 1, 1, tokens, width),
                        tensor(random, 1, 1, tokens, width),
                        IValue.from((long) heads),
                        IValue.from(half))
                .toDouble();
        assertThat(error).isLessThan(half ? 0x1p-7 : 2e-6);
    }

    @Test
    void doNotWriteOverWhatIsNotContiguous() {
        Random random = new Random(1);
        assertThatThrownBy(() -> IValueUtils.runMethod(module, "strided", tensor(random, 3, 4), tensor(random, 3, 4)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("torch.ops.mhc_rows got gate that is not contiguous");
    }

    @Test
    void areTakenOnTheProcessorUnlessTheReferenceIsAskedFor() {
        assertThat(RowOperations.choose("reference", List.of("cpu"))).isEqualTo(RowOperations.ENGINE);
        assertThat(RowOperations.choose("auto", List.of("cuda:0"))).isEqualTo(RowOperations.ENGINE);
        assertThat(RowOperations.choose("auto", List.of("cpu", "cpu"))).isEqualTo(RowOperations.FUSED);
    }

    @ParameterizedTest
    @CsvSource({
        "gqa-none, 'add_normed_ rms_normed silu_times_ turned_'",
        "gqa-mhc, 'rms_normed silu_times_ turned_'",
        "mla-moe-none, 'add_normed_ rms_normed silu_times_ turned_'",
        "qwen3-moe, 'add_normed_ rms_normed silu_times_ turned_'",
        "olmo2, 'rms_normed silu_times_ turned_'",
        "v4-mhc, rms_normed"
    })
    void takeTheirPlaceInPrograms(String name, String expected) {
        Checkpoint checkpoint = Checkpoint.open(BundledCheckpoints.folder(name));
        KernelPath path = KernelPath.of(checkpoint.config().residual(), true);
        for (String kernels : List.of("auto", "reference")) {
            InferenceOptions options = InferenceOptions.DEFAULT.withKernels(kernels);
            try (TorchProgram program = TorchProgram.load(checkpoint, options, path)) {
                for (String function : List.of("add_normed_", "rms_normed", "silu_times_", "turned_")) {
                    boolean taken = kernels.equals("auto") && expected.contains(function);
                    assertThat(program.source().contains("ops.mhc_rows." + function + "("))
                            .as(function)
                            .isEqualTo(taken);
                }
            }
        }
    }

    private static IValue tensor(Random random, long... sides) {
        Shape shape = new Shape(sides);
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return IValue.from((PtNDArray) manager.create(values, shape));
    }
}
