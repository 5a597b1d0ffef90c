package mhc.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SignFlipsTest {

    @ParameterizedTest
    @CsvSource({ // won, lost, scipy.stats.binomtest p, 2 binom.cdf - binom.pmf
        "0, 0, 1, 1",
        "1, 0, 1, 0.5",
        "5, 0, 0.0625, 0.03125",
        "6, 0, 0.03125, 0.015625",
        "3, 9, 0.14599609375, 0.09228515625",
        "9, 1, 0.021484375, 0.01171875",
        "10, 10, 1, 1",
        "25, 45, 0.022462895492509273, 0.01699465257343636",
        "120, 83, 0.011330084012628094, 0.009414309232917408",
        "512, 640, 0.00018017270040371458, 0.0001611569681673625",
        "1000, 1000, 1, 1",
        "0, 40, 1.8189894035458565e-12, 9.094947017729282e-13",
        "10200, 9800, 0.004780889455902781, 0.004677562710454715",
        "10500, 9500, 1.6011093401587764e-12, 1.5234716356501175e-12",
    })
    void singleExamplesGiveTheExactMcNemarTest(int won, int lost, double p, double midP) {
        SignFlips test = SignFlips.of(signs(won, lost, 50));
        assertThat(test.p()).isCloseTo(p, within(1e-10 * p));
        assertThat(test.midP()).isCloseTo(midP, within(1e-10 * midP));
        assertThat(SignFlips.of(signs(lost, won, 3))).isEqualTo(test);
    }

    @Test
    void binomialIsExactToItsLastTail() {
        for (int n : new int[] {0, 1, 2, 13, 257, 1000}) {
            double[] fair = SignFlips.fairBinomial(n);
            BigDecimal all = new BigDecimal(BigInteger.TWO.pow(n));
            BigInteger choose = BigInteger.ONE;
            for (int k = 0; k <= n; k++) {
                double exact = new BigDecimal(choose)
                        .divide(all, MathContext.DECIMAL64)
                        .doubleValue();
                assertThat(fair[k]).isCloseTo(exact, within(1e-12 * exact));
                choose = choose.multiply(BigInteger.valueOf(n - k)).divide(BigInteger.valueOf(k + 1));
            }
        }
    }

    @Test
    void clustersAreExchangedWhole() {
        int[] sums = {2, -1, 3, 0, 1, 1, -2, 1};
        List<ClusterSum> clusters = new ArrayList<>();
        for (int i = 0; i < sums.length; i++) {
            clusters.add(new ClusterSum("c" + i, 4, sums[i]));
        }
        int farther = 0;
        int level = 0;
        for (int pattern = 0; pattern < 256; pattern++) { // every pattern of signs
            int total = 0;
            for (int i = 0; i < sums.length; i++) {
                total += (pattern >> i & 1) == 0 ? sums[i] : -sums[i];
            }
            farther += Math.abs(total) > 5 ? 1 : 0;
            level += Math.abs(total) == 5 ? 1 : 0;
        }
        SignFlips test = SignFlips.of(clusters);
        assertThat(test.p()).isCloseTo((farther + level) / 256.0, within(1e-14));
        assertThat(test.midP()).isCloseTo((farther + level / 2.0) / 256.0, within(1e-14));
    }

    private static List<ClusterSum> signs(int won, int lost, int tied) {
        List<ClusterSum> clusters = new ArrayList<>();
        for (int i = 0; i < won + lost + tied; i++) {
            clusters.add(new ClusterSum("id" + i, 1, i < won ? 1 : i < won + lost ? -1 : 0));
        }
        return clusters;
    }
}
