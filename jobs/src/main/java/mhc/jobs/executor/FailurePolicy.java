package mhc.jobs.executor;

import java.util.function.BooleanSupplier;
import mhc.datasets.InputException;
import mhc.datasets.Reason;
import mhc.eval.Answer;
import mhc.model.inference.OutOfMemoryException;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whose a failure is, for one attempt at one unit: a shard, or a partition of the Spark ML stage. Every failure
 * ends here: as an exception that leaves the task, or as an answer that its row shows; none is lost.
 *
 * <ul>
 *   <li>The user's: an {@link InputException}, and rows that even the last attempt could not write. It leaves the task;
 *       the driver stops the run at once and names the host, or lets Spark exclude the host where it is told to
 *       ({@code spark.excludeOnFailure.enabled}) and another one is there.
 *   <li>The machine's: whatever else fails a unit as a whole. It leaves the task, and Spark tries the unit again, elsewhere
 *       where it can, as often as {@code faults.retries} says.
 *   <li>The example's: on the last attempt each example is asked alone, and what fails then, or cannot be scored, is a
 *       failed row with its {@linkplain Answer.Cause class}. Where all of several fail that way it is still the
 *       machine.
 * </ul>
 */
public final class FailurePolicy {
    /** So many answers tell a model whose numbers are never finite from a few unlucky questions. */
    static final int ENOUGH_ANSWERS = 16;

    private static final Logger log = LoggerFactory.getLogger(FailurePolicy.class);

    private final String model;
    private final String unit;
    private final int attempt;
    private final int retries;
    private final BooleanSupplier interrupted;
    private int answers;
    private int notFinite;

    /** Whose a failure is. */
    enum Owner {
        USER,
        MACHINE,
        EXAMPLE
    }

    /**
     * @param unit as a message names it, such as {@code shard piqa 3}
     * @param attempt from 0
     * @param interrupted whether the task is to end, so that what fails is nobody's
     */
    FailurePolicy(String model, String unit, int attempt, int retries, BooleanSupplier interrupted) {
        this.model = model;
        this.unit = unit;
        this.attempt = attempt;
        this.retries = retries;
        this.interrupted = interrupted;
    }

    /**
     * The policy of a task.
     *
     * @param unit as a message names it, such as {@code shard piqa 3}
     * @param retries how often Spark tries a task again that failed
     */
    public static FailurePolicy of(TaskContext task, String model, String unit, int retries) {
        return new FailurePolicy(model, unit, task.attemptNumber(), retries, task::isInterrupted);
    }

    /** Whose a failure of this attempt is. */
    Owner owner(Exception failure) {
        if (failure instanceof InputException) {
            return Owner.USER;
        }
        return isLast() && !interrupted.getAsBoolean() ? Owner.EXAMPLE : Owner.MACHINE;
    }

    private boolean isLast() {
        return attempt >= retries;
    }

    /** Notes a failure that leaves the task. */
    public void leaves(Exception failure) {
        if (owner(failure) == Owner.USER || interrupted.getAsBoolean()) {
            log.debug("The {} of {} ends", unit, model, failure);
        } else {
            log.warn("The {} of {} failed, attempt {} of {}", unit, model, attempt + 1, retries + 1, failure);
        }
    }

    /** Notes that a unit failed as a whole and its examples are now asked alone. */
    void divides(Exception failure) {
        log.warn(
                "The {} of {} failed on its last attempt and is now asked one example at a time", unit, model, failure);
    }

    /** What an example is answered whose question, asked alone, failed. */
    Answer.Failed unanswered(String example, RuntimeException failure) {
        log.warn("Example {} has no answer of {}", example, model, failure);
        return failure instanceof OutOfMemoryException
                ? new Answer.Failed(Answer.Cause.MEMORY, "the engine ran out of memory")
                : new Answer.Failed(Answer.Cause.ENGINE, "the engine failed: " + Reason.of(failure));
    }

    /** What stands in the row of an example whose answer cannot be scored. */
    Answer.Failed unscored(String example, Throwable failure) {
        log.warn("The answer of {} to example {} cannot be scored", model, example, failure);
        return new Answer.Failed(Answer.Cause.SCORING, "the answer could not be scored: " + Reason.of(failure));
    }

    /**
     * Takes note of an answer.
     *
     * @throws InputException when the model's logits are finite for none of several questions: no other one is worth
     *     its time
     * @throws TaskKilledException when the task is to end
     */
    void answered(Answer answer, int asked) {
        if (interrupted.getAsBoolean()) {
            throw new TaskKilledException("the run was stopped");
        }
        answers++;
        notFinite += answer instanceof Answer.Failed failed && failed.cause() == Answer.Cause.NOT_FINITE ? 1 : 0;
        if (notFinite == answers && answers > 1 && answers >= Math.min(asked, ENOUGH_ANSWERS)) {
            throw new InputException("Model " + model + " gives logits that are not finite for each of " + answers
                    + " questions (" + unit + "): its numbers overflow; use inference.dtype float32 if it is not"
                    + " in use, or another checkpoint");
        }
    }

    /** What leaves the task when rows could not be written: a file system may recover, until the last attempt. */
    Exception uncommitted(Path part, Exception failure) {
        return owner(failure) == Owner.EXAMPLE
                ? new InputException(
                        "Predictions cannot be written to " + part + " (" + Reason.root(failure)
                                + "): make room or mend the file system, then start the same run again to continue it",
                        failure)
                : failure;
    }
}
