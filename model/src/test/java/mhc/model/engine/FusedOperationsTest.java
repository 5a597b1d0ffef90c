package mhc.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDList;
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
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import mhc.model.decoder.Binder;
import mhc.model.decoder.HyperResidual;
import mhc.model.decoder.Linker;
import mhc.model.decoder.Script;
import mhc.model.decoder.TorchArchive;
import mhc.model.kernels.FusedKernels;
import mhc.model.probe.AmaxGain;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every fused operation, called from TorchScript, against the reference functions of the program in double precision.
 * The comparison itself is TorchScript too: it returns the largest |difference| / max(1, |expected|) of each result.
 */
class FusedOperationsTest {
    /** float32 arithmetic on coefficients and outputs; sharp logits multiply the mix's rounding. */
    private static final double CLOSE = 3e-6;

    /** One unit in the last place of bfloat16 is 2^-8 of the value. */
    private static final double CLOSE_BFLOAT16 = 0x1p-8;

    private static NDManager manager;

    @BeforeAll
    static void start() {
        Torch.start(1);
        Torch.prepareThread();
        assumeTrue(
                FusedKernels.load("cpu").isEmpty(),
                () -> "fused kernels: " + FusedKernels.load("cpu").orElse(""));
        manager = Torch.newManager("cpu");
    }

    @AfterAll
    static void stop() {
        if (manager != null) {
            manager.close();
        }
    }

    /** The reference functions of mHC in a module whose {@code run} is given. */
    private static PtSymbolBlock module(String run) {
        Script reference =
                new HyperResidual(true, 1, 4, 20, 1e-6, 1e-6, HyperResidual.Collapse.HEAD, true, false).script();
        String comparison = """
                def worst(got: Tensor, expected: Tensor) -> Tensor:
                  if expected.numel() == 0:
                    return torch.zeros([], dtype=7)
                  error = torch.abs(got.to(7) - expected) / torch.clamp(torch.abs(expected), 1.0)
                  return torch.where(torch.isfinite(error), error, torch.full_like(error, 1e30)).max()
                """;
        String source = Linker.link(
                Script.module(run), Script.norms(), Binder.of(comparison).script(), reference);
        try {
            byte[] archive = TorchArchive.of(source);
            return JniUtils.loadModule((PtNDManager) manager, new ByteArrayInputStream(archive), false, false);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static double[] run(PtSymbolBlock module, IValue... arguments) {
        try (IValue result = IValueUtils.runMethod(module, "run", arguments)) {
            return result.toTensor((PtNDManager) manager).toDoubleArray();
        } finally {
            for (IValue argument : arguments) {
                argument.close();
            }
        }
    }

    private static double worst(double[] errors) {
        return Arrays.stream(errors).max().orElseThrow();
    }

    private static IValue tensor(float[] values, long... shape) {
        return IValue.from((PtNDArray) manager.create(values, new Shape(shape)));
    }

    private static float[] normal(Random random, long count, double scale) {
        float[] values = new float[(int) count];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * scale);
        }
        return values;
    }

    private static final String ALL = """
            def run(self: __torch__.Program, h: Tensor, f: Tensor, fn: Tensor, scale: Tensor, base: Tensor, norm_w: Tensor, n: int, type: int, eps: float) -> Tensor:
              h = h.to(type)
              f = f.to(type)
              h7 = h.to(7)
              mix = __torch__.hc_mix(h7, fn.to(7), 1e-5)
              pre, post, comb = __torch__.hc_coeffs(mix, scale.to(7), base.to(7), n, 20, eps, 2.0)
              y = __torch__.hc_apply_pre(h7, pre)
              out = post.unsqueeze(-1) * f.to(7).unsqueeze(1) + torch.matmul(comb.transpose(1, 2), h7)
              mix2 = ops.mhc.hc_mix(h, fn, 1e-5)
              pre2, post2, comb2 = ops.mhc.hc_coeffs(mix2, scale, base, n, 20, eps, 2.0)
              y3, post3, comb3 = ops.mhc.hc_pre(h, fn, scale, base, None, n, 20, 1e-5, eps, 2.0)
              y4, post4, comb4 = ops.mhc.hc_pre(h, fn, scale, base, norm_w, n, 20, 1e-5, eps, 2.0)
              out3 = ops.mhc.hc_post(f, h, post3, comb3)
              out5, y5, post5, comb5 = ops.mhc.hc_post_pre(f, h, post3, comb3, fn, scale, base, norm_w, 20, 1e-5, eps, 2.0)
              y6, post6, comb6 = ops.mhc.hc_pre(out3, fn, scale, base, norm_w, n, 20, 1e-5, eps, 2.0)
              kept = h.clone()
              out7 = ops.mhc.hc_post_(f, kept, post3, comb3)
              kept8 = h.clone()
              out8, y8, post8, comb8 = ops.mhc.hc_post_pre_(f, kept8, post3, comb3, fn, scale, base, norm_w, 20, 1e-5, eps, 2.0)
              fnh = fn.narrow(0, 0, n)
              head = __torch__.hc_head(h7, fnh.to(7), scale.narrow(0, 0, 1).to(7), base.narrow(0, 0, n).to(7), 1e-5, eps)
              head3 = ops.mhc.hc_head(h, fnh, scale.narrow(0, 0, 1), base.narrow(0, 0, n), 1e-5, eps)
              normed = norm_w.to(7) * __torch__.rms(y.to(type).to(7), 1e-5)
              same = torch.equal(y3, ops.mhc.hc_apply_pre(h, pre2)) and torch.equal(post3, post2) and torch.equal(comb3, comb2)
              same = same and torch.equal(post4, post2) and torch.equal(comb4, comb2)
              same = same and torch.equal(out5, out3) and torch.equal(y5, y6) and torch.equal(post5, post6) and torch.equal(comb5, comb6)
              same = same and torch.equal(out7, out3) and torch.equal(kept, out3) and torch.equal(kept8, out3)
              same = same and torch.equal(out8, out3) and torch.equal(y8, y6) and torch.equal(post8, post6) and torch.equal(comb8, comb6)
              errors = [__torch__.worst(mix2, mix), __torch__.worst(pre2, pre), __torch__.worst(post2, post), __torch__.worst(comb2, comb)]
              errors.extend([__torch__.worst(y3, y), __torch__.worst(y4, normed), __torch__.worst(out3, out), __torch__.worst(head3, head)])
              errors.append(torch.full([], 0.0 if same else 1.0, dtype=7))
              return torch.stack(errors)
            """;

    static Stream<Arguments> shapes() {
        return Stream.of(1, 2, 4, 8, 3).flatMap(n -> Stream.of(0, 1, 13, 137)
                .flatMap(tokens -> Stream.of(64, 1280, 100).map(channels -> Arguments.of(n, tokens, channels))));
    }

    /** Sharp asymmetric logits: a transposed matrix, another order of normalisation or 19 iterations would show. */
    /**
     * A random site.
     *
     * @param sharpness deviation of the logits
     * @param size of the streams
     * @param depth how much lower the logits of comb's last column are
     */
    private record Case(int n, int tokens, int channels, double sharpness, double size, double eps, double depth) {
        Case(int n, int tokens, int channels, double sharpness, double size) {
            this(n, tokens, channels, sharpness, size, 1e-6, 0);
        }

        /** @param type of the streams, 6 (float32) or 15 (bfloat16) */
        double[] errors(long type) {
            Random random = new Random(31L * n + 7L * tokens + channels);
            int rows = 2 * n + n * n;
            long length = (long) n * channels;
            float[] base = normal(random, rows, sharpness);
            for (int row = 3 * n - 1; row < rows; row += n) {
                base[row] -= (float) depth;
            }
            try (PtSymbolBlock module = module(ALL)) {
                return run(
                        module,
                        tensor(normal(random, tokens * length, size), tokens, n, channels),
                        tensor(normal(random, (long) tokens * channels, 1), tokens, channels),
                        tensor(normal(random, rows * length, 1 / Math.sqrt(length)), rows, length),
                        tensor(new float[] {1, 1.5f, (float) sharpness}, 3),
                        tensor(base, rows),
                        tensor(normal(random, channels, 1), channels),
                        IValue.from((long) n),
                        IValue.from(type),
                        IValue.from(eps));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void agreesWithTheReferenceInDoublePrecision(int n, int tokens, int channels) {
        assertThat(worst(new Case(n, tokens, channels, 3, 1).errors(6))).isLessThan(CLOSE);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void roundsOnceToBfloat16(int n, int tokens, int channels) {
        double[] errors = new Case(n, tokens, channels, 3, 1).errors(15);
        for (int i = 0; i < errors.length; i++) {
            boolean coefficient = i < 4 || i == 8;
            // The normed read rounds twice: y, then its product with the weight.
            assertThat(errors[i]).as("result %d", i).isLessThan(coefficient ? CLOSE : 3 * CLOSE_BFLOAT16);
        }
    }

    @ParameterizedTest
    @CsvSource({"80, 1", "8, 1e-3", "3, 1e-18", "3, 0"})
    void staysFiniteAtTheEnds(double sharpness, double size) {
        // Logits of +-80 turn the mix's last bit into that of a logit.
        assertThat(worst(new Case(4, 13, 100, sharpness, size).errors(6))).isLessThan(CLOSE * Math.max(1, sharpness));
    }

    @ParameterizedTest
    @CsvSource({"4, 60", "4, 88", "4, 95", "4, 103", "4, 104.5", "4, 130", "4, 1000", "3, 104.5", "8, 104.5"})
    void balancesAColumnBelowItsRowsWithoutEps(int n, double depth) {
        double[] errors = new Case(n, 13, 100, 3, 1, 0, depth).errors(6);
        // A logit of this size is rounded by up to 4e-6 for each 100.
        assertThat(worst(errors)).isLessThan(CLOSE * Math.max(2, depth / 40));
    }

    @Test
    void takesStreamsThatAreNotContiguous() {
        String run = """
                def run(self: __torch__.Program, h: Tensor, pre: Tensor) -> Tensor:
                  across = h.transpose(0, 1).contiguous().transpose(0, 1)
                  wide = ops.mhc.hc_apply_pre(across, pre.expand([5, -1])).to(7)
                  return torch.abs(wide - __torch__.hc_apply_pre(h.to(7), pre.to(7))).max()
                """;
        try (PtSymbolBlock module = module(run)) {
            assertThat(run(
                            module,
                            tensor(normal(new Random(1), 5 * 4 * 24, 1), 5, 4, 24),
                            tensor(new float[] {.5f, -2, 3, 1}, 1, 4))[0])
                    .isBetween(0.0, 1e-6);
        }
    }

    @Test
    void refusesToOverwriteStreamsThatAreNotContiguous() {
        String run = """
                def run(self: __torch__.Program, h: Tensor, f: Tensor, post: Tensor, comb: Tensor) -> Tensor:
                  return ops.mhc.hc_post_(f, h.transpose(0, 1).contiguous().transpose(0, 1), post, comb)
                """;
        Random random = new Random(2);
        try (PtSymbolBlock module = module(run)) {
            assertThatThrownBy(() -> run(
                            module,
                            tensor(normal(random, 5 * 4 * 24, 1), 5, 4, 24),
                            tensor(normal(random, 5 * 24, 1), 5, 24),
                            tensor(normal(random, 5 * 4, 1), 5, 4),
                            tensor(normal(random, 5 * 16, 1), 5, 4, 4)))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("not contiguous");
        }
    }

    @Test
    void measuresGains() {
        String run = """
                def run(self: __torch__.Program, combs: Tensor) -> Tensor:
                  return ops.mhc.hc_gain(combs)
                """;
        int sites = 3;
        int tokens = 7;
        int n = 3;
        float[][] combs = new float[sites][];
        float[] flat = new float[sites * tokens * n * n];
        for (int site = 0; site < sites; site++) {
            combs[site] = normal(new Random(site), tokens * n * n, 1);
            System.arraycopy(combs[site], 0, flat, site * tokens * n * n, tokens * n * n);
        }
        double[] expected = AmaxGain.of(combs, n).stream()
                .flatMap(site -> site.columns().stream())
                .mapToDouble(AmaxGain.Spread::mean)
                .toArray();
        try (PtSymbolBlock module = module(run)) {
            assertThat(run(module, tensor(flat, sites, tokens, n, n))).containsExactly(expected, within(1e-12));
        }
    }

    @ParameterizedTest
    @CsvSource({"2, false, 'expected [5, 4]'", "4, true, no backward pass"})
    void refusesWhatItCannotDo(int streams, boolean training, String why) {
        String forward = """
                def forward(self: __torch__.Program, h: Tensor, pre: Tensor) -> Tensor:
                  return ops.mhc.hc_apply_pre(h, pre)
                """;
        NDList inputs = new NDList(manager.zeros(new Shape(5, 4, 8)), manager.zeros(new Shape(5, streams)));
        try (PtSymbolBlock module = module(forward)) {
            JniUtils.setGradMode(training);
            assertThatThrownBy(() -> IValueUtils.forward(module, inputs, training))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining(why);
        } finally {
            JniUtils.setGradMode(false);
        }
    }
}
