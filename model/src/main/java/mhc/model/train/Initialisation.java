package mhc.model.train;

import java.util.Random;
import java.util.Set;
import mhc.model.decoder.HyperResidual;
import mhc.model.decoder.ModelConfig;
import mhc.model.decoder.TensorSpec;

/**
 * Weights before the first step, from a seed, the same on every machine. Each tensor has a stream of random numbers of
 * its own, by its name: what two residual kinds share is equal for equal seeds.
 *
 * <p>Norms are 1. Matrices and embeddings are normal with deviation 0.02; those that write to the residual are divided
 * by the root of the number of sublayers, 2L (GPT-2).
 *
 * <p>Hyper-connections begin as they are published (arXiv 2409.19606 Eq. 14): nothing depends on the token; sublayer k
 * reads stream k mod n, writes to all with weight 1, and streams do not mix. This equals a plain residual. Their factor
 * of the root of n for matrices that write to the residual is left out, because the models that are compared here share
 * these matrices.
 *
 * <p>mHC begins with factors alpha of 0.01 (arXiv 2512.24880 Table 5). The paper does not say how its biases and
 * projections begin; here as in the code of arXiv 2601.05732: projections are 0; sublayer k reads and writes stream k
 * mod n with bias 1, the others with bias -1; streams mix by biases of 0 for themselves and -8 for others, nearly not
 * at all. Were all streams treated alike they would be equal, and stay equal for ever. The final collapse begins with
 * equal weights.
 *
 * <p>A mapping that is not learned stays where it began, and its projection stays 0. For hyper-connections that is what
 * the paper's Table 1 fixes: 1/n for reading, 1 for writing, the identity for mixing. mHC would keep its streams equal
 * with these, so there it is the beginning described above.
 */
final class Initialisation {
    private static final double DEVIATION = 0.02;
    private static final float ALPHA = 0.01f;
    private static final float OTHER_STREAM = -8;

    private final ModelConfig config;
    private final Set<Mapping> learned;
    private final long seed;

    Initialisation(ModelConfig config, Set<Mapping> learned, long seed) {
        this.config = config;
        this.learned = learned;
        this.seed = seed;
    }

    /** Values of a tensor in row-major order. */
    float[] values(TensorSpec spec) {
        String name = spec.name();
        float[] values = new float[(int) spec.elements()];
        if (name.startsWith("model.hc_head.")) {
            java.util.Arrays.fill(values, name.endsWith("scale") ? ALPHA : 0);
        } else if (name.endsWith("_hc.scale")) {
            java.util.Arrays.fill(values, ALPHA);
        } else if (name.endsWith("_hc.base")) {
            fillBiases(values, site(name));
        } else if (name.endsWith("norm.weight")) {
            java.util.Arrays.fill(values, 1);
        } else if (!name.endsWith("_hc.fn")) {
            boolean writes = name.endsWith("o_proj.weight") || name.endsWith("down_proj.weight");
            double deviation = writes ? DEVIATION / Math.sqrt(2.0 * config.layers()) : DEVIATION;
            Random random = new Random(31 * seed + name.hashCode());
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (deviation * random.nextGaussian());
            }
        }
        return values;
    }

    /** The number of a sublayer, two a layer, from a name such as {@code model.layers.3.ffn_hc.base}. */
    private static int site(String name) {
        String[] parts = name.split("\\.");
        return 2 * Integer.parseInt(parts[2]) + (parts[3].startsWith("attn") ? 0 : 1);
    }

    /** Biases of reading [n], writing [n] and mixing [n, n] at a site. */
    private void fillBiases(float[] values, int site) {
        HyperResidual residual = (HyperResidual) config.residual();
        int n = residual.streams();
        for (int i = 0; i < n; i++) {
            boolean chosen = i == site % n;
            if (residual.constrained()) {
                values[i] = chosen ? 1 : -1;
                values[n + i] = chosen ? 1 : -1;
            } else {
                values[i] = !learned.contains(Mapping.PRE) ? 1f / n : chosen ? 1 : 0;
                values[n + i] = 1;
            }
            for (int j = 0; j < n; j++) {
                boolean same = i == j;
                values[2 * n + i * n + j] = residual.constrained() ? same ? 0 : OTHER_STREAM : same ? 1 : 0;
            }
        }
    }

    /** Which rows of a tensor learn: 1 or 0 for each, or nothing where all do. */
    float[] mask(TensorSpec spec) {
        String name = spec.name();
        if (!name.contains("_hc.") || name.startsWith("model.hc_head.") || learned.size() == Mapping.values().length) {
            return new float[0];
        }
        HyperResidual residual = (HyperResidual) config.residual();
        int n = residual.streams();
        int rows = (int) (long) spec.shape().get(0);
        int each = name.endsWith("scale") || name.endsWith("fn") && !residual.constrained() ? 1 : n;
        float[] mask = new float[rows];
        for (int row = 0; row < rows; row++) {
            Mapping mapping = row < each ? Mapping.PRE : row < 2 * each ? Mapping.POST : Mapping.RES;
            mask[row] = learned.contains(mapping) ? 1 : 0;
        }
        return mask;
    }
}
