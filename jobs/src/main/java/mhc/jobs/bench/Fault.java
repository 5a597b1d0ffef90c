package mhc.jobs.bench;

/** What befalls a run on a cluster in a round of {@link Chaos}. */
enum Fault {
    EXECUTOR_KILLED("kill -9 of an executor", false),
    DRIVER_KILLED("kill -9 of the driver", false),
    OTHER_WEIGHTS("a worker with other weights", true),
    DISK_FULL("a full disk", true),
    WORKER_KILLED("kill -9 of a worker", false),
    EXECUTOR_STOPPED("SIGSTOP of an executor", false);

    private final String words;
    private final boolean refusable;

    Fault(String words, boolean refusable) {
        this.words = words;
        this.refusable = refusable;
    }

    /** Whether it is something that the user has to mend, so that a run may end with a sentence that says so. */
    boolean isRefusable() {
        return refusable;
    }

    @Override
    public String toString() {
        return words;
    }
}
