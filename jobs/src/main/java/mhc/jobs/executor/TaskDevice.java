package mhc.jobs.executor;

import java.util.List;
import mhc.jobs.config.RunConfig;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/** On which devices the tasks of an application run their model. */
public final class TaskDevice {
    private static final String AUTO = "auto";
    private static final String CUDA = "cuda";
    private static final String ALL_GPUS = "cuda:*";

    private TaskDevice() {}

    /**
     * The configured devices; for {@code auto} they are one GPU of each task, or all of them, where Spark gives GPUs to
     * tasks, and the CPU elsewhere.
     */
    public static List<String> resolve(RunConfig.Inference inference, SparkConf conf) {
        List<String> several = inference.devices();
        if (!several.isEmpty() && !several.equals(List.of(AUTO))) {
            return several;
        }
        if (several.isEmpty() && !inference.device().equals(AUTO)) {
            return List.of(inference.device());
        }
        if (!conf.contains("spark.task.resource.gpu.amount")) {
            return List.of("cpu");
        }
        return List.of(several.isEmpty() ? CUDA : ALL_GPUS);
    }

    /**
     * The GPU that Spark gave this task, where the device is {@code cuda} without a number, and all that it gave where it
     * is {@code cuda:*}; else the devices themselves. Tasks of one executor share its GPU, and with
     * it one model.
     */
    static List<String> of(List<String> devices, TaskContext task) {
        boolean all = devices.equals(List.of(ALL_GPUS));
        if (!all && !devices.equals(List.of(CUDA))) {
            return devices;
        }
        ResourceInformation gpu = task.resourcesJMap().get("gpu");
        List<String> addresses = gpu == null ? List.of("0") : List.of(gpu.addresses());
        return addresses.stream()
                .limit(all ? addresses.size() : 1)
                .map(address -> CUDA + ":" + address)
                .toList();
    }
}
