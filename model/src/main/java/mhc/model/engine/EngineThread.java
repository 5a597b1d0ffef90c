package mhc.model.engine;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;

/**
 * The one thread on which a program's forward passes run, in the order in which their callers came. The engine's OpenMP
 * keeps a team of threads for every thread that calls it: passes on the callers' own threads would have as many teams
 * as there are callers, which then wait for each other on the same cores.
 */
final class EngineThread {
    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(
                () -> {
                    Torch.prepareThread();
                    work.run();
                },
                "mhc-engine");
        thread.setDaemon(true);
        return thread;
    });
    private final ThreadLocal<Long> waited = ThreadLocal.withInitial(() -> 0L);

    /** A finished piece of work: what it gave, and when it began. */
    private record Done<T>(T result, long began) {}

    /**
     * Runs a piece of work and waits for it, whatever interrupts the caller meanwhile: the engine cannot stop half-way.
     *
     * @throws IllegalStateException after {@link #close}
     */
    <T> T run(Callable<T> work) {
        long asked = System.nanoTime();
        Done<T> done = finished(submit(() -> {
            long began = System.nanoTime();
            return new Done<>(work.call(), began);
        }));
        waited.set(waited.get() + done.began() - asked);
        return done.result();
    }

    /** Nanoseconds that the calling thread has waited for others' work. */
    long waited() {
        return waited.get();
    }

    private <T> Future<T> submit(Callable<T> work) {
        try {
            return thread.submit(work);
        } catch (RejectedExecutionException e) {
            throw new IllegalStateException("The model is closed", e);
        }
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
    synchronized void close(Runnable last) {
        if (!thread.isShutdown()) {
            run(Executors.callable(last));
            thread.shutdown();
        }
    }
}
