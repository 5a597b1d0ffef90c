package mhc.jobs.executor;

import java.io.IOException;
import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import mhc.eval.Answer;
import mhc.jobs.run.HangNotes;
import mhc.model.LanguageModel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches that the passes of one attempt at a shard end. A native call that hangs can be neither interrupted nor abandoned, and
 * its task would run for ever: so the process ends, and Spark tries the shard again, elsewhere where it can.
 *
 * <p>Where a shard hung before, its examples are asked one by one, and nothing else of the process is asked meanwhile: what
 * hangs then is the example's, and the attempt after it makes a failed row of it.
 *
 * <p>Time counts only while this process runs: one that was stopped for a while has not hung.
 */
final class HangWatch {
    /** Watches nothing. */
    static final HangWatch NONE = new HangWatch("", Duration.ZERO, HangNotes.Found.NOTHING, null, sentence -> {});

    private static final Logger log = LoggerFactory.getLogger(HangWatch.class);
    private static final long MOST_BETWEEN_CHECKS = 5_000;
    private static final int CHECKS = 8;
    private static final Duration FOR_NOTES = Duration.ofSeconds(30);

    private static final ScheduledExecutorService CLOCK = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "hang-watch");
        thread.setDaemon(true);
        return thread;
    });

    /** Shared by whoever asks as always, exclusive to whoever asks one by one. */
    private static final ReentrantReadWriteLock ENGINE = new ReentrantReadWriteLock(true);

    private final String unit;
    private final Duration bound;
    private final HangNotes.Found found;
    private final HangNotes notes;
    private final End end;

    /** Ends this process. */
    @FunctionalInterface
    interface End {
        /** @param sentence on what hung, without a full stop */
        void end(String sentence);
    }

    /**
     * @param unit as a message names it, such as {@code shard piqa 3 of mhc}
     * @param bound without a pass that ends, after which the process hangs
     * @param found what earlier attempts noted
     * @param notes for the next one
     */
    HangWatch(String unit, Duration bound, HangNotes.Found found, HangNotes notes, End end) {
        this.unit = unit;
        this.bound = bound;
        this.found = found;
        this.notes = notes;
        this.end = end;
    }

    /** Whether the examples are to be asked one by one. */
    boolean hungBefore() {
        return found.together();
    }

    /** Whether an example is not to be asked any more. */
    boolean hungAt(String example) {
        return found.alone().contains(example);
    }

    /** What such an example is answered. */
    Answer.Failed unanswered() {
        return new Answer.Failed(
                Answer.Cause.ENGINE, "the engine hung at it, asked alone, for " + bound.toSeconds() + " s");
    }

    /** Asks while others of this process may ask. */
    <T> T together(Supplier<T> asking) {
        return holding(ENGINE.readLock(), asking);
    }

    /** Asks while nobody else of this process asks. */
    <T> T alone(Supplier<T> asking) {
        return holding(ENGINE.writeLock(), asking);
    }

    private <T> T holding(Lock lock, Supplier<T> asking) {
        lock.lock();
        try {
            return asking.get();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Watches a call of the model until it is closed.
     *
     * @param requests of the call
     * @param names of the requests by index
     */
    Call call(int requests, IntFunction<String> names) {
        return new Call(requests, names);
    }

    /** One call of the model. The caller tells what ends, and the clock's thread counts the time in which nothing does. */
    final class Call implements AutoCloseable {
        private final int requests;
        private final IntFunction<String> names;
        private final boolean alone = ENGINE.isWriteLockedByCurrentThread();
        private final BitSet answered = new BitSet();
        private final Future<?> checks;
        private final long pause = Math.max(1, Math.min(MOST_BETWEEN_CHECKS, bound.toMillis() / CHECKS));
        private long silent;
        private boolean over;

        private Call(int requests, IntFunction<String> names) {
            this.requests = requests;
            this.names = names;
            this.checks = bound.isZero()
                    ? null
                    : CLOCK.scheduleWithFixedDelay(this::check, pause, pause, TimeUnit.MILLISECONDS);
        }

        /** The same sink, which tells this call of what it receives. */
        LanguageModel.Sink through(LanguageModel.Sink sink) {
            return new LanguageModel.Sink() {
                @Override
                public void accept(int index, Answer answer) {
                    answered(index);
                    sink.accept(index, answer);
                }

                @Override
                public void worked(int prefilled, int decoded) {
                    passed();
                    sink.worked(prefilled, decoded);
                }
            };
        }

        private synchronized void answered(int index) {
            answered.set(index);
            silent = 0;
        }

        private synchronized void passed() {
            silent = 0;
        }

        private void check() {
            int first;
            int others;
            synchronized (this) {
                silent += pause;
                if (over || silent < bound.toMillis()) {
                    return;
                }
                over = true;
                first = Math.min(answered.nextClearBit(0), requests - 1);
                others = Math.max(0, requests - answered.cardinality() - 1);
            }
            String example = names.apply(first);
            note(example);
            end.end("no forward pass of " + unit + " has ended for " + bound.toSeconds() + " s, at example " + example
                    + (others == 0 ? "" : " or one of " + others + " more"));
        }

        /** On a thread that may be left behind: the file system may hang as well. */
        private void note(String example) {
            Thread writing = new Thread(() -> {
                try {
                    if (alone) {
                        notes.addAlone(example);
                    } else {
                        notes.addTogether();
                    }
                } catch (IOException | RuntimeException e) {
                    log.warn("That the engine hung at {} could not be noted: it will be asked as before", unit, e);
                }
            });
            writing.setDaemon(true);
            writing.start();
            try {
                writing.join(FOR_NOTES.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            if (checks != null) {
                checks.cancel(false);
            }
        }
    }
}
