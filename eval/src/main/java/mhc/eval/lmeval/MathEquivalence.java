package mhc.eval.lmeval;

import mhc.eval.lmeval.latex.Equality;

/** lm-eval's {@code is_equiv} of two normalised answers (0.4.13, {@code lm_eval/tasks/minerva_math/utils.py}). */
final class MathEquivalence {
    private MathEquivalence() {}

    /** Whether they are the same text, or expressions whose difference simplifies to zero; two empty texts are not. */
    static boolean equivalent(String one, String other) {
        return (!one.isEmpty() && one.equals(other)) || Equality.holds(one, other);
    }
}
