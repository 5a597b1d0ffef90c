package mhc.jobs.run;

import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;

/**
 * By which an executor sees whether the run that it works for still owns its directory: a driver notices a loss at its next
 * heartbeat only, and tasks that Spark was told to cancel go on until they check.
 *
 * @param id of the owner
 */
public record LeaseTicket(String id) implements Serializable {
    /** So often a file is read that is empty, or not there, because its owner is just writing it. */
    private static final int READS = 10;

    private static final Duration PAUSE = Duration.ofMillis(500);

    /**
     * Reads the directory's lease file; before something is written that others would take for theirs.
     *
     * @throws mhc.datasets.InputException when another process has taken the directory over, or nobody owns it
     */
    public void requireHeld(RunDirectory directory) throws IOException, InterruptedException {
        LeaseHolder owner = owner(directory);
        for (int read = 1; read < READS && owner.id().isEmpty(); read++) {
            Thread.sleep(PAUSE.toMillis());
            owner = owner(directory);
        }
        if (owner.id().isEmpty()) {
            throw LeaseHolder.gone(directory.root().toString());
        }
        if (!owner.id().equals(id)) {
            throw owner.tookOver(directory.root().toString());
        }
    }

    private static LeaseHolder owner(RunDirectory directory) throws IOException {
        return directory.lease().read().map(LeaseHolder::of).orElse(LeaseHolder.NOBODY);
    }
}
