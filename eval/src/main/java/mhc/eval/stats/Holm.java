package mhc.eval.stats;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Holm's step-down correction (Scandinavian Journal of Statistics 6:65, 1979); it holds whatever the dependence. */
public final class Holm {
    private Holm() {}

    /**
     * Adjusted p-values of one family, in the given order: rejecting those below 5% makes any false rejection in the
     * family a matter of at most 5%.
     */
    public static double[] adjust(double[] p) {
        if (Arrays.stream(p).anyMatch(value -> !(value >= 0 && value <= 1))) {
            throw new IllegalArgumentException("A p-value lies outside 0 to 1: " + Arrays.toString(p));
        }
        int[] ascending = IntStream.range(0, p.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> p[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] adjusted = new double[p.length];
        double floor = 0;
        for (int rank = 0; rank < ascending.length; rank++) {
            floor = Math.max(floor, Math.min(1, (p.length - rank) * p[ascending[rank]]));
            adjusted[ascending[rank]] = floor;
        }
        return adjusted;
    }
}
