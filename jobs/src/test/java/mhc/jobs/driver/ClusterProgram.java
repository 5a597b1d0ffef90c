package mhc.jobs.driver;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;

/** Programs of the tests that run in a JVM of their own, and the session by which such a one starts executors. */
public final class ClusterProgram {
    private ClusterProgram() {}

    /**
     * This JVM's classes in another one. Spark starts executors from a home of its own: here one without jars, since they
     * get the whole class path. Their logs lie under {@code folder/spark-home/work}.
     */
    public static ProcessBuilder of(Path folder, Class<?> main, String... arguments) throws IOException {
        Path home = folder.resolve("spark-home");
        Files.createDirectories(home.resolve("jars"));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-") || argument.startsWith("-XX:+Ignore"))
                .forEach(command::add);
        String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        command.addAll(List.of(
                "-Xmx1g",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dai.djl.offline=true",
                "-DDJL_OFFLINE=true",
                "-cp",
                classes,
                main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("SPARK_HOME", home.toString());
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        return builder.directory(folder.toFile());
    }

    /** In such a program: a session on executors of {@code local-cluster}, or in the program itself with {@code local}. */
    public static SparkSession session(String master) {
        return SparkSession.builder()
                .master(master)
                .appName("test")
                .config("spark.task.maxFailures", "3")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "1")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .config("spark.executor.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
                .config("spark.executorEnv.SPARK_SCALA_VERSION", "2.13")
                .getOrCreate();
    }
}
