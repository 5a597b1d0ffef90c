package mhc.jobs.config;

import java.util.ArrayList;
import java.util.List;
import mhc.datasets.InputException;

/** Collects what is wrong, so that a user sees all of it at once. Not thread-safe. */
public final class Problems {
    private final List<String> sentences = new ArrayList<>();

    public void add(String format, Object... arguments) {
        sentences.add(arguments.length == 0 ? format : format.formatted(arguments));
    }

    /** Runs a check and keeps the sentence of an {@link InputException}. */
    public void collect(Runnable check) {
        try {
            check.run();
        } catch (InputException e) {
            sentences.add(e.getMessage());
        }
    }

    public boolean isEmpty() {
        return sentences.isEmpty();
    }

    /** @throws InputException with every sentence on a line of its own */
    public void throwIfAny(String heading) {
        if (sentences.size() == 1) {
            throw new InputException(heading + ": " + sentences.get(0));
        }
        if (!sentences.isEmpty()) {
            throw new InputException(
                    heading + " has " + sentences.size() + " problems:\n  - " + String.join("\n  - ", sentences));
        }
    }
}
