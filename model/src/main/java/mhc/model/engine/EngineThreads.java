package mhc.model.engine;

import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * The threads on which a program's forward passes run. Those of several callers run side by side where that is allowed,
 * each with its part of the engine's threads: small models and single tokens gain little from several threads in one pass,
 * and what lies between two operations takes one. A caller that is alone has all of them, and always the same thread.
 *
 * <p>Passes do not run on the callers' own threads: the engine's OpenMP keeps a team for every thread that calls it, and
 * teams of more threads than there are cores wait for each other.
 */
final class EngineThreads {
    private final int cores;
    private final Semaphore turns = new Semaphore(1, true);
    // Guarded by itself; the thread that was given back last is the next.
    private final Deque<ExecutorService> idle = new ArrayDeque<>();
    private final ThreadLocal<Long> waited = ThreadLocal.withInitial(() -> 0L);
    private int most = 1;
    private int started;
    private int users;
    private boolean closed;

    /**
     * Threads that start when they are needed, for one pass at a time.
     *
     * @param cores engine threads of all passes together
     */
    EngineThreads(int cores) {
        this.cores = cores;
    }

    /** From now on there may be several passes at a time, with one engine thread each at least. */
    void allowSideBySide() {
        synchronized (idle) {
            turns.release(cores - most);
            most = cores;
        }
    }

    /** Runs on the calling thread what asks for several pieces of work, and has its part of the engine's threads meanwhile. */
    void share(Runnable caller) {
        count(1);
        try {
            caller.run();
        } finally {
            count(-1);
        }
    }

    private void count(int more) {
        synchronized (idle) {
            users += more;
        }
    }

    private static ExecutorService thread(int index) {
        return Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(
                    () -> {
                        Torch.prepareThread();
                        work.run();
                    },
                    "mhc-engine-" + index);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Of the calling thread. Asked for the first time it takes the process's number, which else would replace its own later. */
    private static void setTeam(int wanted) {
        if (JniUtils.getNumThreads() != wanted) {
            JniUtils.setNumThreads(wanted);
        }
    }

    /** A finished piece of work: what it gave, and the nanoseconds of all the engine's threads that it would have taken. */
    private record Done<T>(T result, long own) {}

    /**
     * Runs a piece of work when its turn comes, in the order of callers, and waits for it, whatever interrupts the caller
     * meanwhile: the engine cannot stop half-way.
     *
     * @throws IllegalStateException after {@link #close}
     */
    <T> T run(Callable<T> work) {
        long asked = System.nanoTime();
        turns.acquireUninterruptibly();
        try {
            ExecutorService thread = take();
            try {
                Done<T> done = finished(thread.submit(() -> {
                    int passes = passes();
                    setTeam(cores / passes);
                    long began = System.nanoTime();
                    T result = work.call();
                    return new Done<>(result, (System.nanoTime() - began) / passes);
                }));
                waited.set(waited.get() + System.nanoTime() - asked - done.own());
                return done.result();
            } finally {
                give(thread);
            }
        } finally {
            turns.release();
        }
    }

    private ExecutorService take() {
        synchronized (idle) {
            if (closed) {
                throw new IllegalStateException("The model is closed");
            }
            return idle.isEmpty() ? thread(started++) : idle.pop();
        }
    }

    private void give(ExecutorService thread) {
        synchronized (idle) {
            idle.push(thread);
        }
    }

    /** How many there can be now, which share the engine's threads. */
    private int passes() {
        synchronized (idle) {
            return Math.max(1, Math.min(users, most));
        }
    }

    /** Nanoseconds in which the engine has worked for others than the calling thread: of passes side by side, their parts. */
    long waited() {
        return waited.get();
    }

    private static <T> T finished(Future<T> future) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw unchecked(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException unchecked(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(failure);
    }

    /** Lets what was asked for finish and ends with a last piece of work; does nothing the second time. */
    void close(Runnable last) {
        turns.acquireUninterruptibly(most);
        try {
            ExecutorService thread;
            synchronized (idle) {
                if (closed) {
                    return;
                }
                thread = take();
                closed = true;
            }
            finished(thread.submit(last));
            give(thread);
            idle.forEach(ExecutorService::shutdown);
        } finally {
            turns.release(most);
        }
    }
}
