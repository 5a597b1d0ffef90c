package mhc.model;

/** One request cannot be answered by this model; the message is the sentence that its row will carry. */
final class UnanswerableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnanswerableException(String reason) {
        super(reason);
    }
}
