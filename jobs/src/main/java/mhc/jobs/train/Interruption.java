package mhc.jobs.train;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mhc.jobs.run.ShutdownHook;

/**
 * A wish to end the process, such as Ctrl-C, heard as a question that work asks between its steps. The process ends
 * when the work has, so that no step is cut in its middle, or after a while.
 */
final class Interruption implements AutoCloseable {
    private static final int SECONDS = 60;

    private final CountDownLatch done = new CountDownLatch(1);
    private final ShutdownHook hook = ShutdownHook.of("stop", this::stop);
    private volatile boolean wanted;

    private void stop() {
        wanted = true;
        try {
            done.await(SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean isWanted() {
        return wanted;
    }

    @Override
    public void close() {
        done.countDown();
        hook.close();
    }
}
