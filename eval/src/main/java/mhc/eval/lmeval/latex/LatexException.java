package mhc.eval.lmeval.latex;

/** A text is no expression: not in the grammar, or of a kind that is never subtracted (relations, integrals, limits). */
final class LatexException extends Exception {
    private static final long serialVersionUID = 1L;

    LatexException(String message) {
        super(message, null, false, false);
    }
}
