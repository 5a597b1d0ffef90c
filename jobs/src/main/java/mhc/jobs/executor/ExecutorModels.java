package mhc.jobs.executor;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mhc.datasets.InputException;
import mhc.model.InferenceOptions;
import mhc.model.LanguageModel;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.engine.LanguageModels;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;

/**
 * The models of this executor JVM: one per device, loaded on first use and shared by every task. Asking for another
 * model on a device waits until the tasks of the present one are done with it, then replaces it, so a device never
 * holds two.
 *
 * <p>Thread-safe. Static because it belongs to the process, as the devices do.
 */
public final class ExecutorModels {
    private static final Pattern LOCAL_MASTER = Pattern.compile("local(?:\\[(\\d+|\\*)(?:,\\d+)?])?");
    private static final Pattern LOCAL_CLUSTER = Pattern.compile("local-cluster\\[\\d+,\\s*(\\d+),\\s*\\d+]");
    private static final Map<String, ModelSlot> SLOTS = new ConcurrentHashMap<>();
    private static final Set<String> WATCHED = ConcurrentHashMap.newKeySet();

    private ExecutorModels() {}

    /** Waits until the devices, which are one to a model, are free of any other model; closing the lease gives the model back. */
    static ModelSlot.Lease borrow(ModelSpec spec, List<String> devices, Configuration hadoop)
            throws InterruptedException {
        InferenceOptions options = spec.options()
                .withDevices(devices)
                .withThreads(threads(spec.options().threads()));
        return slot(devices).acquire(spec, () -> open(spec, options, hadoop));
    }

    static ModelSlot slot(List<String> devices) {
        return SLOTS.computeIfAbsent(String.join("+", devices), key -> new ModelSlot());
    }

    /**
     * Opens what the plan names: the same path may hold other weights on another host, or since the run was planned.
     *
     * @throws InputException when the files are not those that the driver saw
     */
    static LanguageModel open(ModelSpec spec, InferenceOptions options, Configuration hadoop) {
        Checkpoint checkpoint = Checkpoint.open(ModelFolders.localize(spec.uri(), hadoop));
        if (!checkpoint.fingerprint().equals(spec.fingerprint())) {
            throw new InputException("Model " + spec.name() + " in " + checkpoint.folder() + " on host " + hostName()
                    + " has fingerprint " + checkpoint.fingerprint() + ", but the run was planned with "
                    + spec.fingerprint() + ": put the same weights, configuration and tokenizer on every host, or name"
                    + " one folder that all of them read");
        }
        return LanguageModels.open(checkpoint, options);
    }

    static String hostName() {
        return SparkEnv.get() == null
                ? "localhost"
                : SparkEnv.get().blockManager().blockManagerId().host();
    }

    /** Frees the models of this process when the application ends: in local mode the process may live on. */
    public static void closeWith(SparkContext context) {
        if (!context.isLocal() || !WATCHED.add(context.applicationId())) {
            return;
        }
        context.addSparkListener(new SparkListener() {
            @Override
            public void onApplicationEnd(SparkListenerApplicationEnd end) {
                WATCHED.remove(context.applicationId());
                closeAll();
            }
        });
    }

    /** Frees every model that no task uses or loads; for the end of a local run. */
    public static void closeAll() {
        SLOTS.values().forEach(ModelSlot::closeIfIdle);
    }

    private static int threads(int configured) {
        return configured > 0
                ? configured
                : cores(SparkEnv.get().conf(), Runtime.getRuntime().availableProcessors());
    }

    /**
     * The cores of an executor, all of which are the engine's: an executor's tasks share one model a device, and its
     * forward passes the engine's threads, so that passes at a time times threads of each never exceed the cores. Two
     * executors of a host that each took all of its cores would slow each other down by much more than half.
     */
    static int cores(SparkConf conf, int available) {
        String master = conf.get("spark.master", "");
        Matcher local = LOCAL_MASTER.matcher(master);
        if (local.matches()) {
            String cores = local.group(1);
            return cores == null ? 1 : cores.equals("*") ? available : Integer.parseInt(cores);
        }
        Matcher cluster = LOCAL_CLUSTER.matcher(master);
        return conf.getInt("spark.executor.cores", cluster.matches() ? Integer.parseInt(cluster.group(1)) : available);
    }
}
