package mhc.eval.score;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The official string equivalence of the MATH benchmark, its quirks included.
 *
 * @see <a href="https://github.com/hendrycks/math/blob/985bdc1696e8/modeling/math_equivalence.py">
 *     hendrycks/math@985bdc1696e8, modeling/math_equivalence.py</a>
 */
public final class MathEquivalence {
    private static final String UNIT = "\\text{ ";
    private static final String FRAC = "\\frac";
    private static final String SQRT = "\\sqrt";
    private static final Pattern SLASH = Pattern.compile("(0|-?[1-9][0-9]*)/(0|-?[1-9][0-9]*)");

    private MathEquivalence() {}

    /** {@code is_equiv}: equal after {@link #strip}, or simply equal when either cannot be stripped. */
    public static boolean isEquivalent(String a, String b) {
        Optional<String> strippedA = strip(a);
        Optional<String> strippedB = strip(b);
        return strippedA.isPresent() && strippedB.isPresent() ? strippedA.equals(strippedB) : a.equals(b);
    }

    /** {@code _strip_string}: the canonical spelling; empty where the official function raises an exception. */
    public static Optional<String> strip(String text) {
        String string = text.replace("\n", "")
                .replace("\\!", "")
                .replace("\\\\", "\\")
                .replace("tfrac", "frac")
                .replace("dfrac", "frac")
                .replace("\\left", "")
                .replace("\\right", "")
                .replace("^{\\circ}", "")
                .replace("^\\circ", "")
                .replace("\\$", "");
        int unit = string.indexOf(UNIT);
        if (unit >= 0 && string.indexOf(UNIT, unit + UNIT.length()) >= 0) {
            return Optional.empty();
        }
        string = unit < 0 ? string : string.substring(0, unit);
        string = string.replace("\\%", "").replace(" .", " 0.").replace("{.", "{0.");
        if (string.isEmpty()) {
            return Optional.of(string);
        }
        string = withoutVariable(string.startsWith(".") ? "0" + string : string);
        return bracedRoots(string)
                .map(roots -> roots.replace(" ", ""))
                .flatMap(MathEquivalence::bracedFractions)
                .map(fractions -> slash(fractions.equals("0.5") ? "\\frac{1}{2}" : fractions));
    }

    /** "k = 5" is "5" when at most two characters stand before the only equals sign. */
    private static String withoutVariable(String string) {
        int equals = string.indexOf('=');
        boolean only = equals >= 0 && string.indexOf('=', equals + 1) < 0;
        return only && string.codePointCount(0, equals) <= 2 ? string.substring(equals + 1) : string;
    }

    /** {@code _fix_sqrt}: "\sqrt3" is "\sqrt{3}"; a root of nothing is an error. */
    private static Optional<String> bracedRoots(String string) {
        String[] parts = string.split(Pattern.quote(SQRT), -1);
        StringBuilder fixed = new StringBuilder(parts[0]);
        for (int i = 1; i < parts.length; i++) {
            String part = parts[i];
            if (part.isEmpty()) {
                return Optional.empty();
            }
            int first = part.offsetByCodePoints(0, 1);
            fixed.append(SQRT)
                    .append(part.startsWith("{") ? part : "{" + part.substring(0, first) + "}" + part.substring(first));
        }
        return Optional.of(fixed.toString());
    }

    /** {@code _fix_fracs}: "\frac12" and "\frac1{72}" get their braces; a fraction of nothing is an error. */
    private static Optional<String> bracedFractions(String string) {
        String[] parts = string.split(Pattern.quote(FRAC), -1);
        StringBuilder fixed = new StringBuilder(parts[0]);
        for (int i = 1; i < parts.length; i++) {
            String part = parts[i];
            fixed.append(FRAC);
            if (part.isEmpty()) {
                return Optional.empty();
            } else if (part.startsWith("{")) {
                fixed.append(part);
            } else if (part.codePointCount(0, part.length()) < 2) {
                return Optional.of(string);
            } else {
                int first = part.offsetByCodePoints(0, 1);
                int second = part.offsetByCodePoints(first, 1);
                String denominator = part.substring(first, second);
                fixed.append('{').append(part, 0, first).append('}');
                fixed.append(denominator.equals("{") ? denominator : "{" + denominator + "}");
                fixed.append(part.substring(second));
            }
        }
        return Optional.of(fixed.toString());
    }

    /** {@code _fix_a_slash_b}: the quotient of two plain integers as a fraction. */
    private static String slash(String string) {
        Matcher matcher = SLASH.matcher(string);
        return matcher.matches() ? "\\frac{" + matcher.group(1) + "}{" + matcher.group(2) + "}" : string;
    }
}
