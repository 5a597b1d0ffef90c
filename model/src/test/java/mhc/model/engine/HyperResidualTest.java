package mhc.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
import java.util.function.IntToDoubleFunction;
import mhc.model.decoder.HyperResidual;
import mhc.model.decoder.HyperResidual.Collapse;
import mhc.model.decoder.Linker;
import mhc.model.decoder.Script;
import mhc.model.decoder.TorchArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Identities that one site of constrained streams must keep, whatever its weights (arXiv 2512.24880, section 4). */
class HyperResidualTest {
    private static final int TOKENS = 77;
    private static final int HIDDEN = 24;
    private static final String SITE = """
            def site(self: __torch__.Program, h: Tensor, f: Tensor, w: List[Tensor]) -> Tuple[Tensor, Tensor, Tensor]:
                x, state = __torch__.read(h, w, None, annotate(List[Tensor], []))
                return (x, state[1], __torch__.write(h, f, state))
            """;

    private final Random random = new Random(5);

    /** What one site gives: the sublayer's input [T,C], comb [T,n,n] and the streams after it [T,n,C]. */
    private record Site(float[] x, float[] comb, float[] after) {}

    private static HyperResidual residual(int streams, double eps) {
        return new HyperResidual(true, HIDDEN, streams, 20, eps, 1e-6, Collapse.MEAN, true, false);
    }

    private static Site run(HyperResidual residual, float[] h, float[] f, float[] fn, float[] scale, float[] base) {
        Torch.start(1);
        Torch.prepareThread();
        int n = residual.streams();
        try (NDManager manager = Torch.newManager("cpu");
                PtSymbolBlock block = JniUtils.loadModule(
                        (PtNDManager) manager,
                        new ByteArrayInputStream(
                                TorchArchive.of(Linker.link(Script.module(SITE), Script.norms(), residual.script()))),
                        false,
                        false)) {
            PtNDArray[] weights = {
                (PtNDArray) manager.create(
                        fn,
                        residual.constrained()
                                ? new Shape(2L * n + n * n, (long) n * HIDDEN)
                                : new Shape(2L + n, HIDDEN)),
                (PtNDArray) manager.create(scale),
                (PtNDArray) manager.create(base)
            };
            IValue[] out = IValueUtils.runMethod(
                            block,
                            "site",
                            IValue.from((PtNDArray) manager.create(h, new Shape(TOKENS, n, HIDDEN))),
                            IValue.from((PtNDArray) manager.create(f, new Shape(TOKENS, HIDDEN))),
                            IValue.listFrom(weights))
                    .toIValueTuple();
            PtNDManager owner = (PtNDManager) manager;
            return new Site(
                    out[0].toTensor(owner).toFloatArray(),
                    out[1].toTensor(owner).toFloatArray(),
                    out[2].toTensor(owner).toFloatArray());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private float[] gaussian(int count, double deviation) {
        return filled(count, i -> deviation * random.nextGaussian());
    }

    private static float[] filled(int count, IntToDoubleFunction value) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) value.applyAsDouble(i);
        }
        return values;
    }

    /** n equal streams of each token. */
    private static float[] replicated(float[] stream, int n) {
        return filled(stream.length * n, i -> stream[i / (n * HIDDEN) * HIDDEN + i % HIDDEN]);
    }

    @ParameterizedTest
    @CsvSource({"2, 0, 1e-6", "4, 0, 1e-6", "8, 0, 1e-6", "2, 1e-6, 2e-6", "4, 1e-6, 2e-6", "8, 1e-6, 2e-6"})
    void equalStreamsWithNeutralWeightsAreThePreNormResidual(int n, double eps, double bound) {
        float[] stream = gaussian(TOKENS * HIDDEN, 1);
        float[] f = gaussian(TOKENS * HIDDEN, 1);
        // pre = 1/n, post = 1, any comb: its logits are sharp and depend on the token.
        float[] base = gaussian(2 * n + n * n, 2);
        Arrays.fill(base, 0, n, (float) -Math.log(n - 1));
        Arrays.fill(base, n, 2 * n, 0);
        float[] fn = gaussian((2 * n + n * n) * n * HIDDEN, 0.2);
        Site site = run(residual(n, eps), replicated(stream, n), f, fn, new float[] {0, 0, 1.3f}, base);
        for (int i = 0; i < site.after().length; i++) {
            int at = i / (n * HIDDEN) * HIDDEN + i % HIDDEN;
            double expected = (double) stream[at] + f[at];
            // The bound is on the streams' gain; float32 itself rounds sums of this size by a little less.
            double allowed = bound * Math.max(1, Math.abs(stream[at]) + Math.abs(f[at]));
            assertThat((double) site.after()[i]).isCloseTo(expected, within(allowed));
        }
        for (int i = 0; i < site.x().length; i++) {
            assertThat((double) site.x()[i])
                    .isCloseTo(stream[i], within(n * (bound + eps) * Math.max(1, Math.abs(stream[i]))));
        }
    }

    @Test
    void oneStreamIsThePlainResidual() {
        float[] h = gaussian(TOKENS * HIDDEN, 1);
        float[] f = gaussian(TOKENS * HIDDEN, 1);
        float[] fn = gaussian(3 * HIDDEN, 0.3);
        Site site = run(residual(1, 1e-6), h, f, fn, new float[] {0, 0, 1}, new float[] {40, 0, 3});
        for (float comb : site.comb()) {
            assertThat(comb).isBetween(1 - 2e-6f, 1f);
        }
        for (int i = 0; i < h.length; i++) {
            assertThat(site.x()[i]).isCloseTo(h[i], within(2e-6f * Math.max(1, Math.abs(h[i]))));
            assertThat(site.after()[i]).isCloseTo(h[i] + f[i], within(3e-6f * Math.max(1, Math.abs(h[i]))));
        }
        Site exact = run(residual(1, 0), h, f, fn, new float[] {0, 0, 1}, new float[] {40, 0, 3});
        assertThat(exact.x()).isEqualTo(h);
        assertThat(exact.after()).isEqualTo(filled(h.length, i -> h[i] + f[i]));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8})
    void oneHotReadsAndAnIdentityAreHyperConnectionsAtTheirStart(int n) {
        int read = n - 1;
        float[] h = gaussian(TOKENS * n * HIDDEN, 1);
        float[] f = gaussian(TOKENS * HIDDEN, 1);
        float[] base = new float[2 * n + n * n];
        Arrays.fill(base, 0, n, -40);
        base[read] = 40;
        Arrays.fill(base, 2 * n, base.length, -40);
        for (int i = 0; i < n; i++) {
            base[2 * n + i * n + i] = 0;
        }
        float[] fn = new float[(2 * n + n * n) * n * HIDDEN];
        Site site = run(residual(n, 0), h, f, fn, new float[] {1, 1, 1}, base);
        for (int token = 0; token < TOKENS; token++) {
            for (int c = 0; c < HIDDEN; c++) {
                assertThat(site.x()[token * HIDDEN + c]).isEqualTo(h[(token * n + read) * HIDDEN + c]);
                for (int k = 0; k < n; k++) {
                    int at = (token * n + k) * HIDDEN + c;
                    assertThat(site.after()[at]).isCloseTo(h[at] + f[token * HIDDEN + c], within(1e-6f));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8})
    void whatStreamsGiveUpOthersTake(int n) {
        // Sums over the input index are exact for every output stream, with sharp logits as well.
        float[] fn = gaussian((2 * n + n * n) * n * HIDDEN, 0.2);
        float[] base = gaussian(2 * n + n * n, 3);
        Site site = run(
                residual(n, 1e-6),
                gaussian(TOKENS * n * HIDDEN, 1),
                gaussian(TOKENS * HIDDEN, 1),
                fn,
                new float[] {1, 1, 2},
                base);
        for (int token = 0; token < TOKENS; token++) {
            for (int out = 0; out < n; out++) {
                double sum = 0;
                for (int in = 0; in < n; in++) {
                    float number = site.comb()[(token * n + in) * n + out];
                    assertThat(number).isNotNegative();
                    sum += number;
                }
                assertThat(sum).isCloseTo(1, within(2e-6));
            }
        }
    }

    /**
     * Exponentials would be denormal or 0 in float32, and their column 0 / 0: without eps the paper's iteration needs
     * logs.
     */
    @ParameterizedTest
    @ValueSource(doubles = {60, 88, 95, 103, 104.5, 130, 1000})
    void aColumnBelowItsRowsIsBalancedWithoutEps(double depth) {
        int n = 4;
        float[] base = gaussian(2 * n + n * n, 1);
        for (int in = 0; in < n; in++) {
            base[2 * n + in * n + 2] -= (float) depth;
        }
        Site site = run(
                residual(n, 0),
                gaussian(TOKENS * n * HIDDEN, 1),
                gaussian(TOKENS * HIDDEN, 1),
                new float[(2 * n + n * n) * n * HIDDEN],
                new float[] {1, 1, 1},
                base);
        double[][] expected = new double[n][n];
        for (int i = 0; i < n * n; i++) {
            expected[i / n][i % n] = base[2 * n + i];
        }
        balanceInLogs(expected, 20);
        for (int i = 0; i < site.comb().length; i++) {
            double wanted = Math.exp(expected[i / n % n][i % n]);
            assertThat((double) site.comb()[i]).isCloseTo(wanted, within(1e-6 * Math.max(1, depth / 40)));
        }
    }

    /** Sinkhorn-Knopp on logarithms: each row's exponentials sum to 1, then each column's, in turn. */
    private static void balanceInLogs(double[][] logs, int iterations) {
        int n = logs.length;
        for (int k = 0; k < iterations; k++) {
            for (double[] row : logs) {
                double sum = logSum(row);
                Arrays.setAll(row, j -> row[j] - sum);
            }
            for (int j = 0; j < n; j++) {
                int column = j;
                double sum = logSum(
                        Arrays.stream(logs).mapToDouble(row -> row[column]).toArray());
                for (double[] row : logs) {
                    row[j] -= sum;
                }
            }
        }
    }

    private static double logSum(double[] logs) {
        double top = Arrays.stream(logs).max().orElseThrow();
        return top + Math.log(Arrays.stream(logs).map(x -> Math.exp(x - top)).sum());
    }

    /** Where coefficients nearly cancel, rounding inside them would be seen. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void unconstrainedCoefficientsAreRoundedOnce(int n) {
        HyperResidual residual = new HyperResidual(false, HIDDEN, n, 20, 1e-6, 1e-6, Collapse.SUM, true, false);
        float[] h = gaussian(TOKENS * n * HIDDEN, 1);
        float[] fn = gaussian((2 + n) * HIDDEN, 0.2);
        float[] base = gaussian(2 * n + n * n, 1);
        float[] scale = {1, 1, 1.3f};
        Site site = run(residual, h, new float[TOKENS * HIDDEN], fn, scale, base);
        for (int token = 0; token < TOKENS; token++) {
            for (int in = 0; in < n; in++) {
                int stream = (token * n + in) * HIDDEN;
                double square = 0;
                for (int c = 0; c < HIDDEN; c++) {
                    square += (double) h[stream + c] * h[stream + c];
                }
                for (int out = 0; out < n; out++) {
                    double sum = 0;
                    for (int c = 0; c < HIDDEN; c++) {
                        sum += (double) h[stream + c] * fn[(2 + out) * HIDDEN + c];
                    }
                    double mix = Math.tanh(sum / Math.sqrt(square / HIDDEN + 1e-6));
                    double expected = (double) scale[2] * mix + base[2 * n + in * n + out];
                    assertThat(site.comb()[(token * n + in) * n + out])
                            .isCloseTo((float) expected, within(Math.ulp((float) expected)));
                }
            }
        }
    }
}
