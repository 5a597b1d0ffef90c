package mhc.eval.lmeval.latex;

/**
 * Nothing can be made of the whole text, whatever expression it begins with: it holds what is no token or no number, what
 * is never subtracted (integrals, limits), or more than is read in reasonable time.
 */
final class UnreadableException extends LatexException {
    private static final long serialVersionUID = 1L;

    UnreadableException(String message) {
        super(message);
    }
}
