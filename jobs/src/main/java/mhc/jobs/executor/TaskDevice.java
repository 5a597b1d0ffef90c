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
     * The configured devices. For {@code device: auto} it is {@code cuda}, the task's own GPU, where Spark gives GPUs to
     * tasks, else {@code cpu}; for {@code devices: auto} it is {@code cuda:*}, all of them.
     */
    public static List<String> resolve(RunConfig.Inference inference, SparkConf conf) {
        boolean all = inference.devices().equals(List.of(AUTO));
        if (!inference.devices().isEmpty() && !all) {
            return inference.devices();
        }
        if (!all && !inference.device().equals(AUTO)) {
            return List.of(inference.device());
        }
        boolean gpus = conf.contains("spark.task.resource.gpu.amount");
        return List.of(!gpus ? "cpu" : all ? ALL_GPUS : CUDA);
    }

    /** The GPUs that Spark gave this task, where the device is {@code cuda} or {@code cuda:*}; else the devices. */
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
