package mhc.eval.lmeval.latex;

/** A text, or the rest of one, is no expression of the grammar. */
class LatexException extends Exception {
    private static final long serialVersionUID = 1L;

    LatexException(String message) {
        super(message, null, false, false);
    }
}
