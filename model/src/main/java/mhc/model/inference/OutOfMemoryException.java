package mhc.model.inference;

/** The engine could not have the memory it asked for; less at once may still fit. */
public final class OutOfMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public OutOfMemoryException(Throwable cause) {
        super("the engine is out of memory", cause);
    }
}
