package mhc.model.inference;

/** One request cannot be answered by this model; the message is the sentence that its row will carry. */
public final class UnanswerableException extends Exception {
    private static final long serialVersionUID = 1L;

    public UnanswerableException(String reason) {
        super(reason);
    }
}
