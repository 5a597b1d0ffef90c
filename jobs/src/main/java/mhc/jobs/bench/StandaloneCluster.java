package mhc.jobs.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import mhc.datasets.InputException;

/**
 * A Spark standalone cluster of processes on this machine, made from the class path of this one: a master, and two
 * workers of one core each, for one executor. Closing it ends every process.
 */
final class StandaloneCluster implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final Duration READY_WITHIN = Duration.ofSeconds(180);
    private static final int POLL_MILLIS = 100;
    private static final List<String> LIGHT = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private final Path home;
    private final Path jar;
    private final int port = freePort();
    private final int page = freePort();
    private final List<Process> all = new ArrayList<>();
    private final Process[] workers = new Process[2];

    /**
     * Starts it.
     *
     * @param home new folder for logs and working directories
     * @throws InputException when this process was not started from the job jar, or the cluster does not start
     */
    StandaloneCluster(Path home) throws IOException, InterruptedException {
        this.home = Files.createDirectories(home);
        this.jar = jar();
        linkJars();
        start(
                "master",
                List.of(),
                "256m",
                "org.apache.spark.deploy.master.Master",
                "--host",
                HOST,
                "--port",
                port + "",
                "--webui-port",
                page + "");
        await(state -> true);
        startWorker(0);
        startWorker(1);
        awaitIdle();
    }

    /** What Spark calls its home holds its jars; ours goes to executors with the application, as on any cluster. */
    private void linkJars() throws IOException {
        Path jars = Files.createDirectories(home.resolve("jars"));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(entry).toAbsolutePath();
            if (!path.equals(jar)) {
                Files.createSymbolicLink(jars.resolve(path.getFileName()), path);
            }
        }
    }

    private static Path jar() {
        String path = Path.of(System.getProperty("java.class.path").split(File.pathSeparator)[0])
                .toAbsolutePath()
                .toString();
        if (!path.endsWith(".jar")) {
            throw new InputException(
                    "A cluster is given the job jar, and this process runs without it: start bin/mhc-eval");
        }
        return Path.of(path);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new InputException(
                    "No port of this machine is free (" + e.getMessage() + "): end what holds them", e);
        }
    }

    private void startWorker(int number) throws IOException {
        startWorker(number, List.of());
    }

    private void startWorker(int number, List<String> before) throws IOException {
        workers[number] = start(
                "worker-" + number,
                before,
                "256m",
                "org.apache.spark.deploy.worker.Worker",
                "--host",
                HOST,
                "--cores",
                "1",
                "--memory",
                "1g",
                "--webui-port",
                "0",
                "--work-dir",
                home.resolve("work-" + number).toString(),
                url());
    }

    private String url() {
        return "spark://" + HOST + ":" + port;
    }

    /** The options of this process, as the launcher gave them, but for its heap. */
    private static List<String> java(String heap) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.startsWith("-Xm"))
                .forEach(command::add);
        command.addAll(LIGHT);
        command.add("-Xmx" + heap);
        return command;
    }

    private Process start(String log, List<String> before, String heap, String type, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(java(heap));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), type));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("SPARK_HOME", home.toString());
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        builder.environment().put("SPARK_LOCAL_IP", HOST);
        Process process = builder.redirectOutput(home.resolve(log + ".out").toFile())
                .redirectError(home.resolve(log + ".err").toFile())
                .start();
        all.add(process);
        return process;
    }

    /** A driver at work. */
    record Driver(Process process, Path errors) {
        /** The last line it has to say. */
        String lastWords() throws IOException {
            List<String> lines = Files.readAllLines(errors);
            return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
        }
    }

    /**
     * Submits a run.
     *
     * @param log name of the log files, another for each driver
     */
    Driver submit(Path config, Path out, String log) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("--master", url()));
        for (String setting : List.of(
                "spark.executor.memory=768m",
                "spark.executor.cores=1",
                "spark.executor.extraJavaOptions=" + String.join(" ", LIGHT),
                "spark.executor.heartbeatInterval=3s",
                "spark.network.timeout=20s",
                "spark.network.timeoutInterval=5s",
                "spark.sql.shuffle.partitions=2",
                "spark.ui.enabled=false",
                "spark.driver.host=" + HOST)) {
            arguments.addAll(List.of("--conf", setting));
        }
        arguments.addAll(List.of("--class", "mhc.jobs.EvalJob", jar.toString()));
        arguments.addAll(List.of("--config", config.toString(), "--out", out.toString()));
        Process process =
                start(log, List.of(), "1g", "org.apache.spark.deploy.SparkSubmit", arguments.toArray(String[]::new));
        return new Driver(process, home.resolve(log + ".err"));
    }

    /** The executors that live, those of the first worker first: a worker has no other children. */
    List<ProcessHandle> executors() {
        return Stream.of(workers).flatMap(Process::children).toList();
    }

    void killWorker(int number) throws InterruptedException {
        workers[number].destroyForcibly().waitFor();
    }

    /** Another worker instead of one, which need not live any more. */
    void replaceWorker(int number) throws IOException, InterruptedException {
        end(workers[number]);
        startWorker(number);
    }

    /**
     * The same, but the new worker and its executors find {@code other} where everyone else finds {@code folder}.
     *
     * @return whether this machine permits it
     */
    boolean replaceWorker(int number, Path folder, Path other) throws IOException, InterruptedException {
        String mount = "mount --bind '%s' '%s'".formatted(other, folder);
        if (!SystemCommand.succeeds("unshare", "--mount", "--map-root-user", "sh", "-c", mount)) {
            return false;
        }
        end(workers[number]);
        startWorker(
                number, List.of("unshare", "--mount", "--map-root-user", "sh", "-c", mount + " && exec \"$0\" \"$@\""));
        return true;
    }

    /** Until both workers are there, new ones for those that are not, and no executor of an earlier run is left. */
    void awaitIdle() throws IOException, InterruptedException {
        for (int i = 0; i < workers.length; i++) {
            if (!workers[i].isAlive()) {
                startWorker(i);
            }
        }
        await(state -> state.path("aliveworkers").asInt() == workers.length
                && state.path("coresused").asInt() == 0
                && executors().isEmpty());
    }

    /** A condition of the master's state. */
    private interface Condition {
        boolean holds(JsonNode state);
    }

    private void await(Condition condition) throws InterruptedException {
        Instant end = Instant.now().plus(READY_WITHIN);
        while (Instant.now().isBefore(end)) {
            URI state = URI.create("http://" + HOST + ":" + page + "/json/");
            try (InputStream in = state.toURL().openStream()) {
                if (condition.holds(new ObjectMapper().readTree(in))) {
                    return;
                }
            } catch (IOException e) {
                // not up yet: asked again
            }
            Thread.sleep(POLL_MILLIS);
        }
        throw new InputException("The standalone cluster did not get ready within " + READY_WITHIN.toSeconds()
                + " s: see the logs under " + home);
    }

    /** Ends a process and what it started; a stopped one as well. */
    private static void end(Process process) throws InterruptedException {
        List<ProcessHandle> started = process.descendants().toList();
        process.destroyForcibly().waitFor();
        started.forEach(ProcessHandle::destroyForcibly);
    }

    @Override
    public void close() {
        List<ProcessHandle> living = all.stream()
                .flatMap(process -> Stream.concat(process.descendants(), Stream.of(process.toHandle())))
                .sorted(Comparator.comparing(ProcessHandle::pid))
                .toList();
        living.forEach(ProcessHandle::destroyForcibly);
    }
}
