package mhc.datasets;

/**
 * Something the user gave is missing, malformed or contradictory. The message is one sentence (or one per line, when there
 * are several) that names the thing and the remedy; it is all that the command line prints, with exit status 2. Credentials
 * of an address are masked in it.
 */
public final class InputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InputException(String message) {
        super(Location.withoutSecrets(message));
    }

    public InputException(String message, Throwable cause) {
        super(Location.withoutSecrets(message), cause);
    }
}
