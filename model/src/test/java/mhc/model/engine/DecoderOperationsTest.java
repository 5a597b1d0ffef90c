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
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import mhc.model.InferenceOptions;
import mhc.model.checkpoint.BundledCheckpoints;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.decoder.Binder;
import mhc.model.decoder.DecoderOperations;
import mhc.model.decoder.KernelPath;
import mhc.model.decoder.Linker;
import mhc.model.decoder.Script;
import mhc.model.decoder.TorchArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every operation between products, called from TorchScript, against the function of the program that it takes the place of. */
class DecoderOperationsTest {
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
                h2, y2 = ops.mhc_decoder.add_normed_(kept, f, weight, 1e-5)
                norm = ops.mhc_decoder.rms_normed(x, weight, 1e-5)
                # In the memory of what was given.
                return [worst(norm, rms_normed(x, weight, 1e-5)), worst(h2, h), worst(y2, y), worst(kept, h)]


            def gates(x: Tensor, f: Tensor) -> List[float]:
                kept = torch.clone(x)
                got = ops.mhc_decoder.silu_times_(kept, f)
                return [worst(got, silu_times_(x, f)), worst(kept, got)]


            def rotations(x: Tensor, cos: Tensor, sin: Tensor, heads: int, scale: float) -> List[float]:
                # As products give it, [T, H * R], with the heads in front.
                kept = torch.clone(x)
                apart = x.view([-1, heads, cos.size(3)]).transpose(0, 1).unsqueeze(0)
                seen = kept.view([-1, heads, cos.size(3)]).transpose(0, 1).unsqueeze(0)
                expected = turned_(apart, cos, sin, scale)
                got = ops.mhc_decoder.turned_(seen, cos, sin, scale)
                aside = ops.mhc_decoder.turned_(torch.clone(apart), cos, sin, scale)
                return [worst(got, expected), worst(seen, expected), worst(aside, expected)]


            def writes(x: Tensor, heads: int) -> List[float]:
                # As products give it, [T, H * R]; the last row is not in use.
                part = x.view([1, x.size(0), heads, x.size(1) // heads]).transpose(1, 2).transpose(0, 2)
                rows = torch.ones([x.size(0) + 1, heads, 9, part.size(3)], dtype=x.dtype)
                kept = torch.clone(rows)
                lengths = torch.remainder(torch.arange(x.size(0)) * 5, 9)
                expected = write_tokens_(rows.narrow(0, 0, x.size(0)), part, lengths)
                got = ops.mhc_decoder.write_tokens_(kept.narrow(0, 0, x.size(0)), part, lengths)
                return [worst(got, expected), worst(kept, rows)]


            def attentions(q: Tensor, k: Tensor, v: Tensor, mask: Optional[Tensor], causal: bool) -> List[float]:
                # In float64, by the definition.
                scores = torch.matmul(q.to(7), k.to(7).transpose(2, 3)) * 0.3
                if mask is not None:
                    scores = scores + mask
                if causal:
                    later = torch.ones([q.size(2), k.size(2)], dtype=11).triu(1)
                    scores = scores.masked_fill(later, float("-inf"))
                lse = torch.logsumexp(scores, [-1], False)
                o = torch.matmul(torch.exp(scores - lse.unsqueeze(-1)), v.to(7)).to(q.dtype)
                got, got_lse = ops.mhc_decoder.attended(q, k, v, mask, causal, 0.3)
                assert o.size(2) < 1 or got.transpose(1, 2).is_contiguous()
                return [worst(got, o) / rounding(q), worst(got_lse, lse.to(6))]


            def rounding(q: Tensor) -> float:
                # How much less exact than float32 results may be: bfloat16 rounds exponentials, which meet values below 5, and o.
                if q.dtype == 6:
                    return 1.0
                return 6 * 2.0 ** -8 / 1e-5


            def merges(q: Tensor, k: Tensor, v: Tensor) -> float:
                # Two halves of the keys are the whole; the first half lies among others.
                half = k.size(2) // 2
                o, lse = ops.mhc_decoder.attended(q, k.narrow(2, 0, half), v.narrow(2, 0, half), None, False, 0.3)
                rest = k.size(2) - half
                more, more_lse = ops.mhc_decoder.attended(
                    q, k.narrow(2, half, rest), v.narrow(2, half, rest), None, False, 0.3
                )
                whole, lse_whole = attended(q, k, v, None, False, 0.3)
                wide = torch.cat([o, o], -1)[0].transpose(0, 1).to(6)
                one = wide.narrow(2, 0, q.size(3))
                one_lse = lse[0].transpose(0, 1)
                merged = ops.mhc_decoder.merge_(one, one_lse, more[0].transpose(0, 1).to(6), more_lse[0].transpose(0, 1))
                expected = whole[0].transpose(0, 1).to(6)
                errors = [worst(merged, expected) / rounding(q), worst(one, expected) / rounding(q)]
                return max(errors[0], errors[1], worst(one_lse, lse_whole[0].transpose(0, 1)))
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
                errors.extend(writes(x, heads))
                return max(errors)

            def attend(self: Program, q: Tensor, k: Tensor, v: Tensor, hidden: int, half: bool) -> float:
                if half:
                    q, k, v = q.to(15), k.to(15), v.to(15)
                # As products give them: tokens, then heads.
                q, k, v = q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)
                keys = k.size(2)
                distance = torch.arange(keys) - hidden
                none = torch.zeros([1, 1, 1, keys], dtype=6)
                errors = attentions(q, k, v, None, False)
                errors.extend(attentions(q, k, v, none.masked_fill_(distance > 0, float("-inf")), False))
                far = torch.zeros([1, 1, q.size(2), keys], dtype=6)
                errors.extend(attentions(q, k, v, far.masked_fill_(distance < 0, -1e30), False))
                errors.extend(attentions(q * 2.0, k, v, None, False))
                rows = torch.linspace(-2, 2, q.size(0) * keys).view([q.size(0), 1, 1, keys])
                errors.extend(attentions(q, k, v, rows, False))
                if q.size(2) == keys:
                    errors.extend(attentions(q, k, v, None, True))
                if keys > 1 and q.size(0) == 1:
                    errors.append(merges(q, k, v))
                # Of a number that is none, nothing else comes.
                o, lse = ops.mhc_decoder.attended(q, k * float("nan"), v, None, False, 0.3)
                if bool(torch.isfinite(o).any().item()) or bool(torch.isfinite(lse).any().item()):
                    errors.append(1e30)
                # A query's numbers do not depend on other rows.
                whole, whole_lse = ops.mhc_decoder.attended(q, k, v, None, False, 0.3)
                one, one_lse = ops.mhc_decoder.attended(q[:1], k[:1], v[:1], None, False, 0.3)
                if not torch.equal(whole[:1], one) or not torch.equal(whole_lse[:1], one_lse):
                    errors.append(2e30)
                return max(errors)

            def multiply(self: Program, x: Tensor, matrix: Tensor, bias: Tensor, half: bool) -> float:
                matrix = matrix / float(matrix.size(1)) ** 0.5
                if half:
                    x, matrix, bias = x.to(15), matrix.to(15), bias.to(15)
                packed = ops.mhc_decoder.panels(matrix)
                assert packed.dim() == 3 and packed.size(1) == matrix.size(1) + 1
                expected = torch.linear(x.to(7), matrix.to(7), bias.to(7))
                got = ops.mhc_decoder.panel_product(x, packed, bias)
                plain = ops.mhc_decoder.panel_product(x, packed, None)
                errors = [worst(got, expected.to(x.dtype))]
                errors.append(worst(plain, torch.linear(x.to(7), matrix.to(7)).to(x.dtype)))
                # A row's numbers do not depend on other rows.
                for i in range(min(3, x.size(0))):
                    if not torch.equal(ops.mhc_decoder.panel_product(x[i], packed, bias), got[i]):
                        errors.append(1e30)
                return max(errors)

            def misfit(self: Program, x: Tensor, matrix: Tensor) -> Tensor:
                return ops.mhc_decoder.panel_product(x, ops.mhc_decoder.panels(matrix), None)

            def beyond(self: Program, rows: Tensor, part: Tensor) -> Tensor:
                return ops.mhc_decoder.write_tokens_(rows, part, torch.arange(rows.size(0)) + rows.size(2) - 1)

            def strided(self: Program, x: Tensor, f: Tensor) -> Tensor:
                return ops.mhc_decoder.silu_times_(x.transpose(0, 1), f.transpose(0, 1))
            """;

    private static NDManager manager;
    private static PtSymbolBlock module;

    @BeforeAll
    static void start() throws IOException {
        Torch.start(1);
        Torch.prepareThread();
        assumeTrue(DecoderOperations.choose("auto", List.of("cpu")) == DecoderOperations.FUSED, "no kernels here");
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
        double error = error(
                "run",
                tensor(random, tokens, columns),
                tensor(random, tokens, columns),
                tensor(random, columns),
                tensor(random, 1, 1, tokens, width),
                tensor(random, 1, 1, tokens, width),
                IValue.from((long) heads),
                IValue.from(half));
        assertThat(error).isLessThan(half ? 0x1p-7 : 2e-6);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 1, 1, false",
        "1, 1, 1, 1, 1, true",
        "2, 3, 1, 70, 64, false",
        "2, 3, 1, 70, 64, true",
        "16, 4, 1, 300, 64, false",
        "16, 4, 1, 300, 64, true",
        "2, 2, 3, 33, 32, false",
        "2, 2, 3, 33, 32, true",
        "1, 2, 5, 5, 8, false",
        "1, 2, 5, 5, 8, true",
        "1, 4, 16, 600, 64, false",
        "1, 4, 16, 600, 64, true",
        "3, 2, 37, 37, 24, false",
        "3, 2, 37, 37, 24, true",
        "1, 3, 65, 65, 20, false",
        "1, 3, 65, 65, 20, true",
        "1, 2, 100, 700, 80, false",
        "1, 2, 100, 700, 80, true",
        "1, 2, 300, 300, 64, false",
        "1, 2, 300, 300, 64, true",
        "2, 1, 7, 257, 17, false",
        "2, 1, 7, 257, 17, true",
    })
    void attendToWhatTheDefinitionSays(int rows, int heads, int queries, int keys, int width, boolean half) {
        Random random = new Random(keys);
        double error = error(
                "attend",
                tensor(random, rows, queries, heads, width),
                tensor(random, rows, keys, heads, width),
                tensor(random, rows, keys, heads, width),
                IValue.from((long) keys / 2),
                IValue.from(half));
        assertThat(error).isLessThan(1e-5);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 8, 32, false",
        "1, 1, 32, false",
        "1, 768, 2048, false",
        "3, 700, 96, false",
        "16, 64, 352, false",
        "300, 130, 96, false",
        "2, 8, 1, false",
        "5, 128, 344, false",
        "17, 64, 50257, false",
        "5, 128, 345, true",
        "1, 768, 2048, true",
        "16, 64, 352, true",
        "300, 130, 96, true",
    })
    void multiplyInPanelsAsInRows(int rows, int inner, int columns, boolean half) {
        Random random = new Random(rows + inner);
        double error = error(
                "multiply",
                tensor(random, rows, inner),
                tensor(random, columns, inner),
                tensor(random, columns),
                IValue.from(half));
        assertThat(error).isLessThan(half ? 0x1p-7 : 2e-6);
    }

    @Test
    void doNotMultiplyWhatDoesNotFit() {
        Random random = new Random(1);
        assertThatThrownBy(() -> IValueUtils.runMethod(module, "misfit", tensor(random, 3, 7), tensor(random, 32, 8)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("torch.ops.mhc_decoder got x that has another number of columns than the matrix");
    }

    @Test
    void doNotWriteOverWhatIsNotContiguous() {
        Random random = new Random(1);
        assertThatThrownBy(() -> IValueUtils.runMethod(module, "strided", tensor(random, 3, 4), tensor(random, 3, 4)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("torch.ops.mhc_decoder got gate that is not contiguous");
    }

    @Test
    void writeNothingBeyondARow() {
        Random random = new Random(1);
        assertThatThrownBy(() ->
                        IValueUtils.runMethod(module, "beyond", tensor(random, 2, 3, 4, 5), tensor(random, 2, 3, 1, 5)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("torch.ops.mhc_decoder got lengths beyond the rows");
    }

    @Test
    void areTakenOnTheProcessorUnlessTheReferenceIsAskedFor() {
        assertThat(DecoderOperations.choose("reference", List.of("cpu"))).isEqualTo(DecoderOperations.ENGINE);
        assertThat(DecoderOperations.choose("auto", List.of("cuda:0"))).isEqualTo(DecoderOperations.ENGINE);
        assertThat(DecoderOperations.choose("auto", List.of("cpu", "cpu"))).isEqualTo(DecoderOperations.FUSED);
    }

    @ParameterizedTest
    @CsvSource({
        "gqa-none, 'add_normed_ rms_normed silu_times_ turned_ attended merge_ write_tokens_'",
        "gqa-mhc, 'rms_normed silu_times_ turned_ attended merge_ write_tokens_'",
        "latent, 'add_normed_ rms_normed silu_times_ turned_ attended merge_ write_tokens_'",
        "qwen3, 'add_normed_ rms_normed silu_times_ turned_ attended merge_ write_tokens_'",
        "olmo2, 'add_normed_ rms_normed silu_times_ turned_ attended merge_ write_tokens_'",
        "gemma2, 'add_normed_ rms_normed turned_ merge_ write_tokens_'",
        "gemma3, 'add_normed_ rms_normed turned_ attended merge_ write_tokens_'",
        "v4-mhc, 'rms_normed attended merge_ write_tokens_'"
    })
    void takeTheirPlaceInPrograms(String name, String expected) {
        Checkpoint checkpoint = Checkpoint.open(folder(name));
        KernelPath path = KernelPath.of(checkpoint.config().residual(), true);
        for (String kernels : List.of("auto", "reference")) {
            InferenceOptions options = InferenceOptions.DEFAULT.withKernels(kernels);
            try (TorchProgram program = TorchProgram.load(checkpoint, options, path)) {
                for (String function : List.of(
                        "add_normed_", "rms_normed", "silu_times_", "turned_", "attended", "merge_", "write_tokens_")) {
                    boolean taken = kernels.equals("auto") && expected.contains(function);
                    assertThat(program.source().contains("ops.mhc_decoder." + function + "("))
                            .as(function)
                            .isEqualTo(taken);
                }
            }
        }
    }

    /** Of a bundled checkpoint, or of a made-up one of a family without residual streams. */
    private static Path folder(String name) {
        return name.contains("-") ? BundledCheckpoints.folder(name) : Families.write(Families.config(name, "none"));
    }

    private static double error(String method, IValue... arguments) {
        return IValueUtils.runMethod(module, method, arguments).toDouble();
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
