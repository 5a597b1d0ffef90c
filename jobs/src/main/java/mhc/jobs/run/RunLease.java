package mhc.jobs.run;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import mhc.datasets.InputException;
import mhc.datasets.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ownership of a run directory by one process: a file that it writes anew at every heartbeat. Whoever finds the file of
 * another waits whether it changes: one that does not for {@link Times#stale} belongs to a process that died, and is
 * taken over. An owner whose file has become another's, or that could not write it for as long, has lost the directory
 * and writes nothing more.
 *
 * <p>No step relies on a rename, which object stores do not have, nor on clocks of two hosts: a waiting process counts
 * its own seconds. Thread-safe.
 */
public final class RunLease implements AutoCloseable {
    static final String FILE = "_lease.json";

    private static final Logger log = LoggerFactory.getLogger(RunLease.class);

    private final String directory;
    private final LeaseFile file;
    private final Times times;
    private final Runnable onLoss;
    private final LeaseHolder self;
    private final ScheduledExecutorService heart = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "run-lease");
        thread.setDaemon(true);
        return thread;
    });
    private long beats;
    private long lastBeat;
    private InputException lost;

    /**
     * How long things take.
     *
     * @param beat from one heartbeat to the next
     * @param stale without one, after which the owner is taken for dead
     * @param settle after which of two that took over at the same moment each sees who was last
     */
    record Times(Duration beat, Duration stale, Duration settle) {
        static final Times USUAL = new Times(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(1));
    }

    private RunLease(RunDirectory directory, Times times, Runnable onLoss) {
        this.directory = directory.root().toString();
        this.file = directory.lease();
        this.times = times;
        this.onLoss = onLoss;
        this.self = LeaseHolder.self();
    }

    /**
     * Takes a directory, which need not exist, once nobody owns it.
     *
     * @param takeover whether an owner that lives loses it, at once
     * @param progress told when this has to wait
     * @param onLoss run on another thread when another process has taken it over
     * @throws InputException when another process owns and uses it, or it is not writable
     */
    public static RunLease take(RunDirectory directory, boolean takeover, PrintStream progress, Runnable onLoss) {
        return take(directory, takeover, progress, onLoss, Times.USUAL);
    }

    static RunLease take(RunDirectory directory, boolean takeover, PrintStream progress, Runnable onLoss, Times times) {
        RunLease lease = new RunLease(directory, times, onLoss);
        try {
            lease.acquire(takeover, progress);
        } catch (IOException e) {
            throw directory.unwritable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InputException("Run directory " + directory.root() + " was waited for until an interrupt", e);
        }
        long nanos = times.beat().toNanos();
        lease.heart.scheduleWithFixedDelay(lease::beat, nanos, nanos, TimeUnit.NANOSECONDS);
        return lease;
    }

    /** Who owns a directory, and when it last said so: a sentence, or empty where nobody does. */
    static Optional<String> owner(RunDirectory directory) {
        try {
            Optional<String> text = directory.lease().read();
            if (text.isEmpty()) {
                return Optional.empty();
            }
            long silent = directory.sinceLease();
            String beat = silent > Times.USUAL.stale().toSeconds()
                    ? ", which has said nothing for " + Durations.text(silent)
                            + ": it may have ended; start the same run again to continue it"
                    : ", which wrote its heartbeat " + silent + " s ago";
            return Optional.of(LeaseHolder.of(text.get()) + beat);
        } catch (IOException e) {
            log.warn("Who uses {} cannot be told", directory.root(), e);
            return Optional.empty();
        }
    }

    private void acquire(boolean takeover, PrintStream progress) throws IOException, InterruptedException {
        while (!file.create(self.text(0))) {
            Optional<String> found = file.read();
            if (found.isPresent() && (takeover || isSilent(found.get(), progress))) {
                log.warn("Taking {} over from {}", directory, LeaseHolder.of(found.get()));
                file.replace(self.text(0));
                confirm();
                return;
            }
        }
        if (!file.atomic()) {
            confirm();
        }
    }

    /** Waits until the owner has been silent for long enough; false when it has given the directory back. */
    private boolean isSilent(String first, PrintStream progress) throws IOException, InterruptedException {
        LeaseHolder holder = LeaseHolder.of(first);
        if (holder.hasEnded(self)) {
            return true;
        }
        progress.printf(
                "Run directory %s is owned by %s; waiting up to %d s whether it is alive (--takeover does not wait)%n",
                directory, holder, times.stale().toSeconds());
        long until = System.nanoTime() + times.stale().toNanos();
        boolean waited = false;
        while (!waited) {
            waited = System.nanoTime() >= until;
            Optional<String> now = file.read();
            if (now.isEmpty()) {
                return false;
            }
            if (!now.get().equals(first)) {
                throw new InputException("Run directory " + directory + " is in use by " + LeaseHolder.of(now.get())
                        + ": let it end, give another directory to out, or take this one from it with --takeover");
            }
            if (!waited) {
                Thread.sleep(Math.max(1, times.beat().toMillis() / 4));
            }
        }
        return true;
    }

    /** Of several that wrote at the same moment the last one owns the directory. */
    private void confirm() throws IOException, InterruptedException {
        Thread.sleep(times.settle().toMillis());
        LeaseHolder owner = file.read().map(LeaseHolder::of).orElse(self);
        if (!owner.id().equals(self.id())) {
            throw owner.tookOver(directory);
        }
    }

    private synchronized void beat() {
        if (lost != null) {
            return;
        }
        try {
            Optional<String> now = file.read();
            LeaseHolder owner = now.map(LeaseHolder::of).orElse(null);
            if (owner == null) {
                lose(LeaseHolder.gone(directory));
            } else if (!owner.id().equals(self.id())) {
                lose(owner.tookOver(directory));
            } else {
                file.replace(self.text(++beats));
                lastBeat = System.nanoTime();
            }
        } catch (IOException e) {
            log.warn("No heartbeat could be written to {}", directory, e);
            if (beats > 0 && System.nanoTime() - lastBeat > times.stale().toNanos()) {
                lose(new InputException(
                        "Run directory " + directory + " could not be written for "
                                + times.stale().toSeconds() + " s (" + Reason.of(e)
                                + "), so that another run may have taken it: this run ends; start it again to"
                                + " continue it",
                        e));
            }
        }
    }

    private void lose(InputException sentence) {
        lost = sentence;
        onLoss.run();
    }

    /** By which executors see for themselves whether the directory is still this process's. */
    public LeaseTicket ticket() {
        return new LeaseTicket(self.id());
    }

    /** The sentence that says to whom the directory was lost, if it was. */
    public synchronized Optional<InputException> lost() {
        return Optional.ofNullable(lost);
    }

    /**
     * Looks whether the directory is still this process's; before something is written that others would take for
     * theirs.
     *
     * @throws InputException when another process has taken it over
     */
    public void requireHeld() {
        beat();
        lost().ifPresent(sentence -> {
            throw sentence;
        });
    }

    /** Gives the directory back, unless it was lost. */
    @Override
    public void close() {
        heart.shutdownNow();
        synchronized (this) {
            try {
                Optional<LeaseHolder> owner = file.read().map(LeaseHolder::of);
                if (lost == null && owner.isPresent() && owner.get().id().equals(self.id())) {
                    file.delete();
                }
            } catch (IOException e) {
                log.warn("{} in {} could not be removed; the next run will wait for it", FILE, directory, e);
            }
        }
    }
}
