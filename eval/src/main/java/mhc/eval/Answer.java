package mhc.eval;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** What a language model answered. A failure is an answer too: it becomes a row with a reason and never stops a job. */
public sealed interface Answer extends Serializable {

    /** Tokens this answer took; {@link Usage#NONE} for a failure. */
    Usage usage();

    /**
     * Generated text, cut before the first stop string.
     *
     * @param stop what ended it
     * @param nearTie length of the text before the first token whose logit led the next one's by no more than {@link
     *     #NEAR_TIE}, so that rounding decides what follows; {@link #CLEAR} when there is none
     */
    record Text(String text, Stop stop, Usage usage, int nearTie) implements Answer {
        /** Lead of one logit over another, below which two correct computations may choose differently. */
        public static final double NEAR_TIE = 1e-4;

        /** Every token had a clear lead, or leads are not known. */
        public static final int CLEAR = -1;

        public Text {
            Objects.requireNonNull(text, "text is null");
            Objects.requireNonNull(stop, "stop is null");
            Objects.requireNonNull(usage, "usage is null");
            if (nearTie < CLEAR || nearTie > text.length()) {
                throw new IllegalArgumentException(
                        "nearTie is %d, expected -1 to %d".formatted(nearTie, text.length()));
            }
        }

        /** A text whose every token had a clear lead. */
        public Text(String text, Stop stop, Usage usage) {
            this(text, stop, usage, CLEAR);
        }
    }

    /** One score per continuation, in the order of the request. */
    record Scores(List<Score> scores, Usage usage) implements Answer {
        public Scores {
            scores = List.copyOf(scores);
            Objects.requireNonNull(usage, "usage is null");
        }
    }

    /** The request could not be answered; {@code reason} is one sentence. */
    record Failed(Cause cause, String reason) implements Answer {
        public Failed {
            Objects.requireNonNull(cause, "cause is null");
            Objects.requireNonNull(reason, "reason is null");
        }

        /** As the reason stands in a row: {@code time-limit: no answer within 600 s}. */
        public String row() {
            return cause.failureClass() + ": " + reason;
        }

        @Override
        public Usage usage() {
            return Usage.NONE;
        }
    }

    /**
     * Score of one continuation.
     *
     * @param logLikelihood natural logarithm, summed over the continuation's tokens
     * @param tokens tokens of the continuation
     * @param codePoints Unicode code points of the continuation's text
     * @param greedy whether every token was the most likely one (the first of equals)
     */
    record Score(double logLikelihood, int tokens, int codePoints, boolean greedy) implements Serializable {}

    /** Why there is no answer, or no score of one. */
    enum Cause {
        /** The model's logits are not finite. */
        NOT_FINITE("model"),
        /** The model cannot be asked this: too many tokens, or unknown ones. */
        UNANSWERABLE("model"),
        /** The engine failed at this request, alone and repeatedly. */
        ENGINE("model"),
        /** The answer took longer than an example may. */
        TIME_LIMIT("time-limit"),
        /** Not even a part of the request fits into memory. */
        MEMORY("memory"),
        /** There is an answer, and scoring it failed. */
        SCORING("scoring");

        private final String failureClass;

        Cause(String failureClass) {
            this.failureClass = failureClass;
        }

        /** The class that rows and reports count it under: {@code model}, {@code time-limit}, {@code memory}, {@code scoring}. */
        public String failureClass() {
            return failureClass;
        }

        /** The class that stands before the reason of a failed row, or {@code other} where none does. */
        public static String failureClass(String reason) {
            return Arrays.stream(values())
                    .map(Cause::failureClass)
                    .filter(name -> reason.startsWith(name + ": "))
                    .findFirst()
                    .orElse("other");
        }
    }

    /** What ended a generation. */
    enum Stop {
        /** A stop string appeared. */
        STOP_STRING,
        /** The model's own end-of-text token. */
        END_OF_TEXT,
        /** The request's token limit. */
        LENGTH,
        /** The model's context was full. */
        CONTEXT
    }

    /**
     * Tokens of one request.
     *
     * @param promptTokens tokens of the prompt after truncation, each counted once however often it was computed
     * @param reusedTokens of these, tokens whose keys and values another request had already computed
     * @param newTokens tokens generated, or scored as continuations
     * @param truncated whether the context lost tokens on its left to fit the model
     */
    record Usage(int promptTokens, int reusedTokens, int newTokens, boolean truncated) implements Serializable {
        public static final Usage NONE = new Usage(0, 0, 0, false);
    }
}
