package mhc.datasets;

/** What a failure says of itself, short enough to be quoted in a sentence. */
public final class Reason {
    private Reason() {}

    /** First line of its message, or the name of its class when it has none. */
    public static String of(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getSimpleName() : firstLine(message);
    }

    /** {@link #of} the innermost cause; of several, as of a file that could not be written nor closed, the first. */
    public static String root(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getSuppressed().length > 0 ? root(cause.getSuppressed()[0]) : of(cause);
    }

    /** First line of a library's message, which may be null, or quote the input at length. */
    public static String firstLine(String message) {
        return message == null || message.isBlank()
                ? "no reason given"
                : message.strip().lines().findFirst().orElseThrow();
    }
}
