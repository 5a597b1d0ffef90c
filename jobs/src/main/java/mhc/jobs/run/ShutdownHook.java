package mhc.jobs.run;

/** What is done when the process is told to end, by Ctrl-C or a signal, while this is open. */
public final class ShutdownHook implements AutoCloseable {
    private final Thread thread;

    private ShutdownHook(Thread thread) {
        this.thread = thread;
    }

    /** @param name of the thread that does it */
    public static ShutdownHook of(String name, Runnable action) {
        ShutdownHook hook = new ShutdownHook(new Thread(action, name));
        Runtime.getRuntime().addShutdownHook(hook.thread);
        return hook;
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(thread);
        } catch (IllegalStateException e) {
            // The process is ending already, and it is being done.
        }
    }
}
