package mhc.reports;

import java.util.Locale;
import mhc.eval.stats.Difference;

/** How figures are printed: percent with one decimal, as in the paper. */
final class Numbers {
    static final String NONE = "-";

    private static final int MOST_DECIMALS = 17;

    private Numbers() {}

    /** A fraction in percent. */
    static String percent(double fraction) {
        return unsigned("%.1f", 100 * fraction);
    }

    /** A difference in percentage points, with its sign. */
    static String points(double fraction) {
        String text = String.format(Locale.ROOT, "%+.1f", 100 * fraction);
        return isZero(text) ? "0.0" : text;
    }

    /** Ends of an interval in percentage points; one that is not 0 is never rounded to it. */
    static String interval(double low, double high) {
        return "[" + end(low) + ", " + end(high) + "]";
    }

    private static String end(double fraction) {
        if (Math.abs(fraction) <= Math.ulp(1.0)) {
            return "0.0";
        }
        for (int decimals = 1; ; decimals++) {
            String text = String.format(Locale.ROOT, "%+." + decimals + "f", 100 * fraction);
            if (!isZero(text)) {
                return text;
            }
        }
    }

    /** Value and standard error in percent; the value alone where the error is not defined. */
    static String withError(double value, double stderr) {
        return Double.isNaN(stderr) ? percent(value) : percent(value) + " ± " + percent(stderr);
    }

    /** Standard error in percent. */
    static String error(double stderr) {
        return Double.isNaN(stderr) ? NONE : percent(stderr);
    }

    /** Three decimals, or as many more as keep it on its side of the 5% that decide; nothing where it is not defined. */
    static String probability(double p) {
        if (Double.isNaN(p)) {
            return NONE;
        }
        if (p < 0.001) {
            return "<0.001";
        }
        for (int decimals = 3; ; decimals++) {
            String text = String.format(Locale.ROOT, "%." + decimals + "f", p);
            if (Double.parseDouble(text) < Difference.LEVEL == p < Difference.LEVEL || decimals == MOST_DECIMALS) {
                return text;
            }
        }
    }

    private static String unsigned(String format, double number) {
        String text = String.format(Locale.ROOT, format, number);
        return isZero(text) && text.startsWith("-") ? text.substring(1) : text;
    }

    private static boolean isZero(String text) {
        return text.chars().allMatch(c -> "+-0.".indexOf(c) >= 0);
    }
}
