package mhc.eval.lmeval.parity;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * How one recorded task compares.
 *
 * @param task lm-eval's name
 * @param answerer what answered in the recording
 * @param documents how many were compared
 * @param compared comparisons made, by kind
 * @param mismatches comparisons that failed, by kind
 * @param first descriptions of the first mismatches, one line each
 * @param nearTies generated texts that differ only from a token on whose lead was too small to be the same everywhere,
 *     one line each; no mismatches
 */
public record ParityReport(
        String task,
        String answerer,
        int documents,
        Map<Kind, Integer> compared,
        Map<Kind, Integer> mismatches,
        List<String> first,
        List<String> nearTies) {

    /** What is compared. */
    public enum Kind {
        /** Context, continuations and stop strings, character by character. */
        REQUEST,
        /** Generated text, character by character. */
        TEXT,
        /** Log-likelihood of one continuation, within max(1e-4, 1e-5 |LL|). */
        LOG_LIKELIHOOD,
        /** Extracted answer of one filter. */
        FILTERED,
        /** Value of one metric of one document. */
        METRIC,
        /** Mean or standard error of a metric over the task. */
        RESULT
    }

    public ParityReport {
        compared = Map.copyOf(compared);
        mismatches = Map.copyOf(mismatches);
        first = List.copyOf(first);
        nearTies = List.copyOf(nearTies);
    }

    public int compared(Kind kind) {
        return compared.getOrDefault(kind, 0);
    }

    public int mismatches(Kind kind) {
        return mismatches.getOrDefault(kind, 0);
    }

    /** Whether there is no mismatch of any kind. */
    public boolean agrees() {
        return mismatches.isEmpty();
    }

    /** One line: the task, and each kind with its mismatches of its comparisons. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder("%s (%s): %d documents".formatted(task, answerer, documents));
        for (Kind kind : Kind.values()) {
            if (compared(kind) > 0) {
                String name = kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
                line.append(", %s %d/%d differ".formatted(name, mismatches(kind), compared(kind)));
            }
        }
        if (!nearTies.isEmpty()) {
            line.append(", near ties %d".formatted(nearTies.size()));
        }
        return line.toString();
    }

    /** Collects comparisons. */
    static final class Builder {
        private static final int SHOWN = 5;

        private final Map<Kind, Integer> compared = new EnumMap<>(Kind.class);
        private final Map<Kind, Integer> mismatches = new EnumMap<>(Kind.class);
        private final List<String> first = new ArrayList<>();
        private final List<String> nearTies = new ArrayList<>();

        void compare(Kind kind, boolean same, Supplier<String> description) {
            compared.merge(kind, 1, Integer::sum);
            if (!same) {
                mismatches.merge(kind, 1, Integer::sum);
                if (first.size() < SHOWN) {
                    first.add(description.get());
                }
            }
        }

        void nearTie(String description) {
            nearTies.add(description);
        }

        ParityReport build(Recording recording) {
            return new ParityReport(
                    recording.task(),
                    recording.answerer(),
                    recording.documents().size(),
                    compared,
                    mismatches,
                    first,
                    nearTies);
        }
    }
}
