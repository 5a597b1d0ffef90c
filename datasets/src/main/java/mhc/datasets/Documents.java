package mhc.datasets;

/**
 * An endless stream of training documents. A document is a pure function of its index, so that a stopped run goes on where
 * it was. Safe to share between threads.
 */
public interface Documents {
    /**
     * Text of one document, never blank, without end-of-text token.
     *
     * @param index from zero
     */
    String document(long index);
}
