package mhc.eval.lmeval.latex;

import java.util.Locale;
import java.util.Set;

/** What a function's command means. */
final class Functions {
    private static final Set<String> LOGARITHMS = Set.of("log", "ln", "lg");
    private static final Set<String> INVERTIBLE =
            Set.of("sin", "cos", "tan", "csc", "sec", "cot", "sinh", "cosh", "tanh");

    private Functions() {}

    /** Whether the power -1 of this function is its inverse, and not a reciprocal. */
    static boolean invertedBy(String name, boolean powerIsMinusOne) {
        return powerIsMinusOne && INVERTIBLE.contains(name);
    }

    /**
     * The command {@code name} of {@code argument}.
     *
     * @param base a logarithm's, or null; others ignore it
     */
    static Expression named(String name, Expression argument, Expression base, boolean powerIsMinusOne) {
        if (LOGARITHMS.contains(name)) {
            if (base != null) {
                return Expression.Call.of(Function.LOG, argument, base);
            }
            return name.equals("lg")
                    ? Expression.Call.of(Function.LOG, argument, Expression.number(10))
                    : Expression.Call.of(Function.LOG, argument);
        }
        String prefix = !invertedBy(name, powerIsMinusOne) ? "" : name.endsWith("h") ? "ar" : "arc";
        return Expression.Call.of(Function.valueOf((prefix + name).toUpperCase(Locale.ROOT)), argument);
    }
}
