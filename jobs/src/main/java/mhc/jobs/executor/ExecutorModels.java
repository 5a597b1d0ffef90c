package mhc.jobs.executor;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mhc.model.InferenceOptions;
import mhc.model.LanguageModel;
import mhc.model.engine.LanguageModels;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;

/**
 * The models of this executor JVM: one per device, loaded on first use and shared by every task. Asking for another model on
 * a device waits until the tasks of the present one are done with it, then replaces it, so a device never holds two.
 *
 * <p>Thread-safe. Static because it belongs to the process, as the devices do.
 */
public final class ExecutorModels {
    private static final Pattern LOCAL_MASTER = Pattern.compile("local(?:\\[(\\d+|\\*)(?:,\\d+)?])?");
    private static final Map<String, Slot> SLOTS = new HashMap<>();

    private ExecutorModels() {}

    /** A borrowed model; closing gives it back. */
    static final class Lease implements AutoCloseable {
        private final Slot slot;
        private final double loadSeconds;

        private Lease(Slot slot, double loadSeconds) {
            this.slot = slot;
            this.loadSeconds = loadSeconds;
        }

        /** What loading took if this lease began with it, else 0. */
        double loadSeconds() {
            return loadSeconds;
        }

        LanguageModel model() {
            return slot.model;
        }

        @Override
        public void close() {
            slot.release();
        }
    }

    static Lease borrow(ModelSpec spec, String device, Configuration hadoop) throws InterruptedException {
        Slot slot;
        synchronized (SLOTS) {
            slot = SLOTS.computeIfAbsent(device, key -> new Slot());
        }
        return new Lease(slot, slot.acquire(spec, device, hadoop));
    }

    /** Frees every model no task is using; for the end of a local run. */
    public static void closeAll() {
        synchronized (SLOTS) {
            SLOTS.values().forEach(Slot::closeIfIdle);
        }
    }

    /**
     * All cores of this executor unless configured: forward passes of one device are serialised, so threads times passes never
     * exceeds the cores.
     */
    private static int threads(int configured) {
        if (configured > 0) {
            return configured;
        }
        SparkEnv spark = SparkEnv.get();
        Matcher local = LOCAL_MASTER.matcher(spark.conf().get("spark.master", ""));
        int available = Runtime.getRuntime().availableProcessors();
        if (local.matches()) {
            String cores = local.group(1);
            return cores == null ? 1 : cores.equals("*") ? available : Integer.parseInt(cores);
        }
        return spark.conf().getInt("spark.executor.cores", available);
    }

    /** What one device holds. */
    private static final class Slot {
        private ModelSpec loaded;
        private LanguageModel model;
        private int users;

        /** Returns the seconds that loading took, 0 when the model was there. */
        synchronized double acquire(ModelSpec spec, String device, Configuration hadoop) throws InterruptedException {
            while (users > 0 && !spec.equals(loaded)) {
                wait();
            }
            double seconds = 0;
            if (!spec.equals(loaded)) {
                long start = System.nanoTime();
                closeIfIdle();
                InferenceOptions onDevice = spec.options()
                        .withDevice(device)
                        .withThreads(threads(spec.options().threads()));
                model = LanguageModels.open(ModelFolders.localize(spec.uri(), hadoop), onDevice);
                loaded = spec;
                seconds = (System.nanoTime() - start) / 1e9;
            }
            users++;
            return seconds;
        }

        synchronized void release() {
            users--;
            notifyAll();
        }

        synchronized void closeIfIdle() {
            if (users == 0 && model != null) {
                model.close();
                model = null;
                loaded = null;
            }
        }
    }
}
