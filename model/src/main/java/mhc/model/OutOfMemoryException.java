package mhc.model;

import ai.djl.engine.EngineException;
import java.util.regex.Pattern;

/** The engine could not have the memory it asked for; less at once may still fit. */
final class OutOfMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** As libtorch's allocators for CPU ("can't allocate memory", "not enough memory") and CUDA put it. */
    private static final Pattern MESSAGE =
            Pattern.compile("out of memory|not enough memory|can't allocate memory", Pattern.CASE_INSENSITIVE);

    OutOfMemoryException(Throwable cause) {
        super("the engine is out of memory", cause);
    }

    /** What to throw in place of a failure of the engine. */
    static RuntimeException wrapIfSo(EngineException failure) {
        String message = failure.getMessage();
        return message != null && MESSAGE.matcher(message).find() ? new OutOfMemoryException(failure) : failure;
    }
}
