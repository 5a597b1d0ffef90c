package mhc.jobs.executor;

import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/** On which device the tasks of an application run their model. */
public final class TaskDevice {
    private static final String AUTO = "auto";
    private static final String CUDA = "cuda";

    private TaskDevice() {}

    /** The configured device; for {@code auto} it is {@code cuda} where Spark gives GPUs to tasks, else {@code cpu}. */
    public static String resolve(String configured, SparkConf conf) {
        if (!configured.equals(AUTO)) {
            return configured;
        }
        return conf.contains("spark.task.resource.gpu.amount") ? CUDA : "cpu";
    }

    /** The GPU that Spark gave this task, where the device is {@code cuda} without a number; else the device itself. */
    static String of(String device, TaskContext task) {
        if (!device.equals(CUDA)) {
            return device;
        }
        ResourceInformation gpu = task.resourcesJMap().get("gpu");
        return CUDA + ":" + (gpu == null ? "0" : gpu.addresses()[0]);
    }
}
