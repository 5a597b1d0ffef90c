package mhc.model.probe;

import java.util.ArrayList;
import java.util.List;

/**
 * Amax gain magnitudes of the residual mapping (arXiv 2512.24880, section 5.4): with H = comb transposed, forward is
 * the largest absolute row sum and backward the largest absolute column sum; of one site's H, of the product H_l ...
 * H_1 of all sites up to it (composite), and of the product H_L ... H_l of all sites from it on (suffix). Per token
 * first, then over tokens; products in float64.
 */
public final class AmaxGain {
    /** Upper ends of the classes of |column sum - 1|, but for the last, which has none. */
    public static final List<Double> DEVIATIONS = List.of(1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0);

    private AmaxGain() {}

    /** Mean and maximum over tokens. */
    public record Spread(double mean, double max) {}

    /**
     * One site.
     *
     * @param rowSpread how far the rows of the product up to the site differ: the largest difference of two numbers of
     *     a column; 0 is a product that has forgotten which stream is which
     * @param fromIdentity largest |H - I|
     * @param fromUniform largest |H - 1/n|
     * @param deviations numbers of columns of H by |sum - 1|, in the classes of {@link #DEVIATIONS}
     */
    public record Site(
            Spread single,
            Spread singleBackward,
            Spread composite,
            Spread compositeBackward,
            Spread suffix,
            Spread suffixBackward,
            Spread rowSpread,
            Spread fromIdentity,
            Spread fromUniform,
            List<Long> deviations) {
        public Site {
            deviations = List.copyOf(deviations);
        }

        /** The four in the order in which recordings hold them. */
        public List<Spread> columns() {
            return List.of(single, singleBackward, composite, compositeBackward);
        }
    }

    /**
     * Gains of every site.
     *
     * @param combs per site [tokens, n, n], index [in, out]
     */
    public static List<Site> of(float[][] combs, int streams) {
        List<SquareMatrices> mappings = new ArrayList<>();
        for (float[] comb : combs) {
            mappings.add(SquareMatrices.transposed(comb, streams));
        }
        List<SquareMatrices> suffixes = new ArrayList<>(mappings);
        for (int site = mappings.size() - 2; site >= 0; site--) {
            suffixes.set(site, suffixes.get(site + 1).times(mappings.get(site)));
        }
        List<Site> sites = new ArrayList<>();
        SquareMatrices product = null;
        for (int site = 0; site < combs.length; site++) {
            SquareMatrices mapping = mappings.get(site);
            SquareMatrices suffix = suffixes.get(site);
            product = product == null ? mapping : mapping.times(product);
            sites.add(new Site(
                    mapping.over(SquareMatrices::largestRowSum),
                    mapping.over(SquareMatrices::largestColumnSum),
                    product.over(SquareMatrices::largestRowSum),
                    product.over(SquareMatrices::largestColumnSum),
                    suffix.over(SquareMatrices::largestRowSum),
                    suffix.over(SquareMatrices::largestColumnSum),
                    product.over(SquareMatrices::rowSpread),
                    mapping.over((matrices, token) -> matrices.distance(token, 1, 0)),
                    mapping.over((matrices, token) -> matrices.distance(token, 1.0 / streams, 1.0 / streams)),
                    deviations(mapping)));
        }
        return sites;
    }

    private static List<Long> deviations(SquareMatrices mapping) {
        Long[] counts = new Long[DEVIATIONS.size() + 1];
        java.util.Arrays.fill(counts, 0L);
        for (int token = 0; token < mapping.count(); token++) {
            for (int column = 0; column < mapping.side(); column++) {
                double deviation = Math.abs(mapping.columnSum(token, column) - 1);
                int at = 0;
                while (at < DEVIATIONS.size() && !(deviation < DEVIATIONS.get(at))) {
                    at++;
                }
                counts[at]++;
            }
        }
        return List.of(counts);
    }
}
