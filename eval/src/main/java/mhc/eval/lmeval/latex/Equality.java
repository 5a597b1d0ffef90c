package mhc.eval.lmeval.latex;

import java.util.Optional;

/** Whether two LaTeX texts are equal expressions: {@code simplify(parse_latex(a) - parse_latex(b)) == 0}. */
public final class Equality {
    /** Relative; both values come from few operations on doubles. */
    private static final double TOLERANCE = 1e-11;

    /** Principal branches agree by chance at three points of four ("log xy" and "log x + log y"), not at all of these. */
    private static final int POINTS = 32;

    private Equality() {}

    /** False when either is no expression, even if they are one and the same text. */
    public static boolean holds(String one, String other) {
        try {
            return equal(Parser.parse(one), Parser.parse(other));
        } catch (LatexException e) {
            return false;
        }
    }

    private static boolean equal(Expression one, Expression other) {
        Optional<Rational> exact = one.exact();
        if (exact.isPresent() && other.exact().isPresent()) {
            return exact.equals(other.exact());
        }
        int points = one.hasSymbol() || other.hasSymbol() ? POINTS : 1;
        for (int i = 0; i < points; i++) {
            Complex a = one.at(new Point(i));
            Complex b = other.at(new Point(i));
            double distance = a.minus(b).absolute();
            boolean near = a.isFinite()
                    && b.isFinite()
                    && distance <= TOLERANCE * Math.max(1e-3, Math.max(a.absolute(), b.absolute()));
            if (!near) {
                return false;
            }
        }
        return true;
    }
}
