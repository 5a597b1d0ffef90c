package mhc.model;

import java.util.List;
import mhc.eval.Answer;
import mhc.eval.Request;

/**
 * A loaded checkpoint on one device. Thread-safe: shards answer concurrently, and forward passes of different callers
 * are interleaved so that the device never waits for one of them.
 */
public interface LanguageModel extends AutoCloseable {

    /**
     * Answers every request; may reorder, batch and share prefixes inside. Batches are formed from this call's requests
     * alone, so the answers do not depend on what other callers ask at the same time.
     *
     * <p>A token's numbers may differ in the last bits with what shares its pass, unless the model is deterministic.
     *
     * @param offset tokens of filler between what opens a sequence and its prompt: scores may depend on where a text lies
     * @param sink receives each answer as it comes, with the index of its request; called on the calling thread
     * @return what it took
     * @throws IllegalStateException when the model is closed
     * @throws RuntimeException when the engine fails, also for want of memory beside its passes: which request is to
     *     blame is not known, and the answers that came stand; and what the sink throws, which ends the call. A request
     *     that cannot be answered, and one too large for the memory, throws nothing: its answer is {@link
     *     Answer.Failed}
     */
    Work answer(List<Request> requests, int offset, Sink sink);

    /** The same without filler. */
    default Work answer(List<Request> requests, Sink sink) {
        return answer(requests, 0, sink);
    }

    /** What is loaded, for manifests and rows. */
    ModelInfo info();

    /** Frees the device memory; idempotent. */
    @Override
    void close();

    /** Receives answers as they come, and what is done for them meanwhile. */
    @FunctionalInterface
    interface Sink {
        void accept(int index, Answer answer);

        /**
         * A forward pass, or a few decoding steps, are done: so long an answer may be, a caller hears of it now and then.
         *
         * @param prefilled tokens run through the model outside decoding
         * @param decoded tokens of answers
         */
        default void worked(int prefilled, int decoded) {
            // Most callers wait for the answers.
        }

        /** Hears of the work done as this one does, and takes the answers otherwise. */
        default Sink withAnswers(Sink answers) {
            Sink outer = this;
            return new Sink() {
                @Override
                public void accept(int index, Answer answer) {
                    answers.accept(index, answer);
                }

                @Override
                public void worked(int prefilled, int decoded) {
                    outer.worked(prefilled, decoded);
                }
            };
        }
    }
}
