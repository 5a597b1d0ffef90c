package mhc.jobs.executor;

import java.util.function.Supplier;
import mhc.model.LanguageModel;

/**
 * What one device holds: at most one model, shared by its users. Thread-safe; its lock is never held while a model
 * loads.
 */
final class ModelSlot {
    private ModelSpec loaded;
    private LanguageModel model;
    private boolean loading;
    private int users;

    /**
     * A borrowed model; closing gives it back.
     *
     * @param loadSeconds what loading took if this lease began with it, else 0
     */
    record Lease(ModelSlot slot, LanguageModel model, double loadSeconds) implements AutoCloseable {
        @Override
        public void close() {
            slot.release();
        }
    }

    /**
     * Borrows a model: at once where it is loaded, else when the tasks of the present one are done with it.
     *
     * @param loader opens the model; what it throws leaves the slot empty
     */
    Lease acquire(ModelSpec spec, Supplier<LanguageModel> loader) throws InterruptedException {
        LanguageModel before;
        synchronized (this) {
            while (loading || (users > 0 && !spec.equals(loaded))) {
                wait();
            }
            users++;
            if (spec.equals(loaded)) {
                return new Lease(this, model, 0);
            }
            loading = true;
            before = model;
            model = null;
            loaded = null;
        }
        long start = System.nanoTime();
        LanguageModel fresh = null;
        try {
            if (before != null) {
                before.close();
            }
            fresh = loader.get();
        } finally {
            loaded(spec, fresh);
        }
        return new Lease(this, fresh, (System.nanoTime() - start) / 1e9);
    }

    private synchronized void loaded(ModelSpec spec, LanguageModel fresh) {
        loading = false;
        model = fresh;
        loaded = fresh == null ? null : spec;
        users -= fresh == null ? 1 : 0;
        notifyAll();
    }

    private synchronized void release() {
        users--;
        notifyAll();
    }

    /** Frees the model unless someone uses or loads it. */
    synchronized void closeIfIdle() {
        if (users == 0 && model != null) {
            model.close();
            model = null;
            loaded = null;
        }
    }
}
