package mhc.jobs.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.launcher.JavaModuleOptions;
import org.apache.spark.util.Utils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Spark properties in {@code conf/}, and what a cluster with GPUs makes of them. */
class ClusterConfTest {
    private static final Path CONF = Path.of("..", "conf").toAbsolutePath().normalize();
    private static final int GPUS = 2;
    private static final int SECONDS = 60;

    @TempDir
    private Path folder;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void stop() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
    }

    private static Map<String, String> properties(String name) {
        return scala.jdk.javaapi.CollectionConverters.asJava(Utils.getPropertiesFromFile(
                CONF.resolve("spark-" + name + ".conf").toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "standalone", "yarn", "kubernetes"})
    void aLineTellsWhatEachSettingIsFor(String name) throws IOException {
        List<String> lines = Files.readAllLines(CONF.resolve("spark-" + name + ".conf"));
        int settings = 0;
        for (int i = 1; i < lines.size(); i++) {
            if (lines.get(i).startsWith("spark.")) {
                assertThat(lines.get(i - 1)).as(lines.get(i)).startsWith("# ");
                settings++;
            }
        }
        assertThat(properties(name)).hasSize(settings);
    }

    @ParameterizedTest
    @ValueSource(strings = {"standalone", "yarn", "kubernetes"})
    void tasksOfAnExecutorShareItsGpu(String name) {
        Map<String, String> properties = properties(name);
        int tasks = Integer.parseInt(properties.get("spark.executor.cores"))
                / Integer.parseInt(properties.get("spark.task.cpus"));

        assertThat(properties).containsEntry("spark.executor.resource.gpu.amount", "1");
        assertThat(Double.parseDouble(properties.get("spark.task.resource.gpu.amount")))
                .isEqualTo(1.0 / tasks);
        assertThat(tasks).isGreaterThan(1);
    }

    @ParameterizedTest
    @CsvSource({
        "local, '', 1",
        "local[3], '', 3",
        "local[*], '', 16",
        "'local[2,3]', '', 2",
        "'local-cluster[2,1,2048]', '', 1",
        "spark://h:7077, 4, 4",
        "spark://h:7077, '', 16",
        "yarn, 8, 8"
    })
    void anEngineHasAllCoresOfItsExecutor(String master, String cores, int threads) {
        SparkConf conf = new SparkConf(false).setMaster(master);
        if (!cores.isEmpty()) {
            conf.set("spark.executor.cores", cores);
        }

        assertThat(ExecutorModels.cores(conf, 16)).isEqualTo(threads);
    }

    @Test
    void theDiscoveryScriptAsksNvidiaAndHeedsWhatIsVisible() throws Exception {
        assertThat(discovered("3", Map.of())).isEqualTo("{\"name\": \"gpu\", \"addresses\": [\"0\", \"1\", \"2\"]}");
        assertThat(discovered("1", Map.of())).isEqualTo("{\"name\": \"gpu\", \"addresses\": [\"0\"]}");
        assertThat(discovered("4", Map.of("CUDA_VISIBLE_DEVICES", "2,3")))
                .isEqualTo("{\"name\": \"gpu\", \"addresses\": [\"0\", \"1\"]}");
        assertThat(discovered("-1", Map.of())).startsWith("mhc-eval: nvidia-smi lists no GPU here: ");
    }

    /** A folder with an nvidia-smi that lists so many GPUs, or fails. */
    private Path nvidia(String gpus) throws IOException {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Path tool = bin.resolve("nvidia-smi");
        Files.writeString(
                tool,
                gpus.startsWith("-")
                        ? "#!/bin/sh\nexit 9\n"
                        : "#!/bin/sh\nseq 0 " + (Integer.parseInt(gpus) - 1) + "\n");
        assertThat(tool.toFile().setExecutable(true)).isTrue();
        return bin;
    }

    private String discovered(String gpus, Map<String, String> environment) throws Exception {
        ProcessBuilder script =
                new ProcessBuilder(CONF.resolve("gpu-discovery.sh").toString());
        script.environment().put("PATH", nvidia(gpus) + ":" + System.getenv("PATH"));
        script.environment().remove("CUDA_VISIBLE_DEVICES");
        script.environment().putAll(environment);
        Process process = script.redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes());
        process.waitFor();
        return out.strip();
    }

    /** A master and a worker that declares two GPUs, which need not be there to be given out. */
    @Test
    void eachExecutorOfAStandaloneClusterHasOneGpu() throws Exception {
        Path home = Files.createDirectories(folder.resolve("home/jars")).getParent();
        for (String jar : System.getProperty("java.class.path").split(":")) {
            if (jar.endsWith(".jar")) {
                Files.createSymbolicLink(
                        home.resolve("jars").resolve(Path.of(jar).getFileName()), Path.of(jar));
            }
        }
        start(
                "master",
                home,
                List.of(),
                "org.apache.spark.deploy.master.Master",
                "--host",
                "127.0.0.1",
                "--port",
                "0",
                "--webui-port",
                "0");
        String url = await("master", "Starting Spark master at ").split(" ")[0];
        start(
                "worker",
                home,
                List.of(
                        "-Dspark.worker.resource.gpu.amount=" + GPUS,
                        "-Dspark.worker.resource.gpu.discoveryScript=" + CONF.resolve("gpu-discovery.sh")),
                "org.apache.spark.deploy.worker.Worker",
                "--host",
                "127.0.0.1",
                "--cores",
                "4",
                "--memory",
                "1g",
                "--webui-port",
                "0",
                "--work-dir",
                folder.resolve("work").toString(),
                url);
        await("worker", "Successfully registered with master ");

        Process driver = start(
                "driver",
                home,
                List.of(),
                GpuJob.class.getName(),
                url,
                CONF.resolve("spark-standalone.conf").toString());

        assertThat(driver.waitFor()).as(log("driver")).isZero();
        List<String> seen = log("driver")
                .lines()
                .filter(line -> line.startsWith("executor "))
                .toList();
        assertThat(seen).as(log("driver")).hasSize(GPUS);
        assertThat(seen.stream().map(line -> line.split(" on ")[0])).doesNotHaveDuplicates();
        assertThat(seen.stream().map(line -> line.split(" on ")[1])).containsExactlyInAnyOrder("cuda:0", "cuda:1");
    }

    /** The driver of the test: which executor has which device, over many tasks. */
    public static final class GpuJob {
        private static final int TASKS = 16;
        private static final int MILLIS = 100;

        private GpuJob() {}

        /** @param arguments URL of the master, properties file */
        public static void main(String[] arguments) {
            SparkConf conf = new SparkConf();
            scala.jdk.javaapi.CollectionConverters.asJava(Utils.getPropertiesFromFile(arguments[1]))
                    .forEach(conf::set);
            conf.setMaster(arguments[0]).setAppName("gpus").set("spark.ui.enabled", "false");
            conf.set("spark.driver.host", "127.0.0.1").set("spark.driver.bindAddress", "127.0.0.1");
            conf.set("spark.executor.memory", "512m")
                    .set("spark.executor.cores", "2")
                    .set("spark.task.cpus", "1");
            conf.set("spark.scheduler.minRegisteredResourcesRatio", "1").set("spark.cores.max", "4");
            conf.set("spark.executor.extraClassPath", System.getProperty("java.class.path"));
            try (JavaSparkContext spark = new JavaSparkContext(conf)) {
                List<Integer> tasks = IntStream.range(0, TASKS).boxed().toList();
                List<String> seen = spark.parallelize(tasks, TASKS)
                        .map(task -> {
                            Thread.sleep(MILLIS);
                            return "executor " + org.apache.spark.SparkEnv.get().executorId() + " on "
                                    + TaskDevice.of(List.of("cuda"), TaskContext.get())
                                            .get(0);
                        })
                        .collect();
                new TreeSet<>(seen).forEach(System.out::println);
            }
        }
    }

    private Process start(String name, Path home, List<String> options, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(Arrays.asList(JavaModuleOptions.defaultModuleOptions().split(" ")));
        command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(
                List.of("-Dlog4j2.configurationFile=" + daemonLog(), "-cp", System.getProperty("java.class.path")));
        command.addAll(command.size() - 2, options);
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile());
        builder.environment().put("SPARK_HOME", home.toString());
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        builder.environment().put("PATH", nvidia(Integer.toString(GPUS)) + ":" + System.getenv("PATH"));
        builder.environment().remove("CUDA_VISIBLE_DEVICES");
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private Path daemonLog() throws IOException {
        String quiet = Files.readString(CONF.resolve("log4j2.properties"));
        return Files.writeString(
                folder.resolve("daemons.properties"),
                quiet.replace("rootLogger.level = warn", "rootLogger.level = info"));
    }

    private String log(String name) throws IOException {
        return Files.readString(folder.resolve(name + ".log"));
    }

    /** The rest of the line that begins with a text, once it is there. */
    private String await(String name, String text) throws Exception {
        for (int i = 0; i < SECONDS * 10; i++) {
            String log = log(name);
            int at = log.indexOf(text);
            if (at >= 0 && log.indexOf('\n', at) > 0) {
                return Stream.of(log.substring(at + text.length()).split("\n", 2))
                        .limit(1)
                        .collect(Collectors.joining());
            }
            Thread.sleep(100);
        }
        throw new AssertionError(log(name));
    }
}
