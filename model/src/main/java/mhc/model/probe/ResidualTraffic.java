package mhc.model.probe;

import java.util.List;
import mhc.model.decoder.HyperResidual;
import mhc.model.decoder.Residual;

/**
 * Numbers that the residual connection of one site reads and writes per token, by the way it is computed (arXiv
 * 2512.24880, Table 2 and section 4.3.1; n streams of width C).
 *
 * @param norm whether the norm that opens the sublayer is counted as well
 */
public record ResidualTraffic(String way, boolean norm, long read, long written) {

    /** All ways that there are for a residual connection. */
    static List<ResidualTraffic> of(Residual residual, int hidden) {
        long c = hidden;
        if (!(residual instanceof HyperResidual hyper)) {
            return List.of(new ResidualTraffic("plain", false, 2 * c, c));
        }
        long n = hyper.streams();
        long coefficients = n * n + 2 * n;
        long applied = n * n + n;
        return List.of(
                // Step by step: coefficients, H_pre x, H_post F, H_res x, and their merge.
                new ResidualTraffic("naive", false, (5 * n + 1) * c + coefficients, (3 * n + 1) * c + coefficients),
                // Coefficients; H_pre x; H_res x + H_post F.
                new ResidualTraffic("three kernels", false, (3 * n + 1) * c + coefficients, (n + 1) * c + coefficients),
                new ResidualTraffic("three kernels", true, (3 * n + 2) * c + coefficients, (n + 2) * c + coefficients),
                // One kernel per boundary of two sites, which reads the new streams once more.
                new ResidualTraffic("fused", true, (2 * n + 1) * c + applied, (n + 1) * c + applied),
                // The site before has computed what the next one reads with.
                new ResidualTraffic("single pass", true, (n + 1) * c + applied, (n + 1) * c + applied));
    }
}
