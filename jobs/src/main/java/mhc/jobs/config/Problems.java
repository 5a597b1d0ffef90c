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

    /**
     * Throws what was collected, on one line.
     *
     * @param subject of several sentences, such as "The configuration"
     * @throws InputException with the sentence, or with all of them, numbered
     */
    public void throwIfAny(String subject) {
        if (sentences.size() == 1) {
            throw new InputException(sentences.get(0));
        }
        if (!sentences.isEmpty()) {
            StringBuilder all = new StringBuilder(subject + " has " + sentences.size() + " problems:");
            for (int i = 0; i < sentences.size(); i++) {
                all.append(i == 0 ? " " : "; ")
                        .append('(')
                        .append(i + 1)
                        .append(") ")
                        .append(sentences.get(i));
            }
            throw new InputException(all.toString());
        }
    }
}
