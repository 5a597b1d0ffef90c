package mhc.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import mhc.datasets.Samples;
import mhc.jobs.driver.LocalSpark;
import mhc.jobs.executor.ModelFolders;
import mhc.jobs.run.LeaseRace;
import mhc.model.checkpoint.TinyCheckpoints;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run whose data, models, rows and cache all lie on a remote store: its driver is killed after the first commits, and
 * what follows is as if nothing had happened.
 */
abstract class RemoteRun {
    private static final Duration LONGEST = Duration.ofMinutes(3);
    private static final int KILLED = 128 + 9;

    /** Of two models on three benchmarks. */
    private static final int SHARDS = 6;

    private static final String PREFIX = "spark.hadoop.";

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /** URI of a folder of the store, which is empty. */
    abstract String store();

    /** What Hadoop has to be told of the store. */
    abstract Map<String, String> settings();

    private Map<String, String> hadoop() {
        Map<String, String> all = new TreeMap<>(settings());
        all.put(ModelFolders.CACHE, folder.resolve("copies").toString());
        return all;
    }

    /** As a properties file of spark-submit would: for commands in this process too. */
    private Configuration configure() {
        Configuration configuration = LocalSpark.session().sparkContext().hadoopConfiguration();
        hadoop().forEach((key, value) -> {
            System.setProperty(PREFIX + key, value);
            configuration.set(key, value);
        });
        return configuration;
    }

    @AfterEach
    void forgetTheStore() {
        hadoop().keySet().forEach(key -> System.clearProperty(PREFIX + key));
        LocalSpark.session().stop();
    }

    @Test
    void killedResumedReportedAndAnsweredFromTheCache() throws Exception {
        Samples.copyTo(folder.resolve("data"));
        TinyCheckpoints.write(folder.resolve("plain"), "none", 1);
        TinyCheckpoints.write(folder.resolve("mhc"), "mhc", 1);
        FileSystem files = new org.apache.hadoop.fs.Path(store()).getFileSystem(configure());
        for (String input : List.of("data", "plain", "mhc")) {
            files.copyFromLocalFile(path(folder.resolve(input).toString()), path(store() + "/" + input));
        }
        Path config = config("killed");

        Process driver = driver(config);
        List<FileStatus> committed = parts(files, "killed");
        Instant until = Instant.now().plus(LONGEST);
        while (committed.isEmpty()) {
            assertThat(driver.isAlive()).as(log()).isTrue();
            assertThat(Instant.now()).as(log()).isBefore(until);
            Thread.sleep(20);
            committed = parts(files, "killed");
        }
        assertThat(driver.destroyForcibly().waitFor()).as(log()).isEqualTo(KILLED);
        assertThat(files.exists(path(store() + "/killed/manifest.json"))).isFalse();
        committed = parts(files, "killed");
        assertThat(committed).hasSizeLessThan(SHARDS);

        execute("status", store() + "/killed");
        assertThat(out.toString()).contains("unfinished, " + (SHARDS - committed.size()) + " shards left");
        execute("run", "--config", config.toString());
        List<String> scores = scores();
        assertThat(scores).hasSizeGreaterThan(SHARDS / 2);
        assertThat(parts(files, "killed")).hasSize(SHARDS).containsAll(committed); // the same files, of the same times
        execute("status", store() + "/killed", "--verify");
        assertThat(out.toString()).contains("complete: the manifest is written");

        execute("run", "--config", config("again").toString());
        assertThat(scores()).isEqualTo(scores);
        execute("run", "--config", localConfig().toString());
        execute("compare", store() + "/killed", store() + "/again");
        execute("compare", store() + "/killed", folder.resolve("local").toString());
        assertThat(names(files, "cache", ".jsonl")).isNotEmpty();

        execute("report", store() + "/killed", "--out", store() + "/report");
        assertThat(scores()).isEqualTo(scores);
        try (Stream<Path> copies = Files.list(folder.resolve("copies"))) {
            assertThat(copies.filter(Files::isDirectory)).hasSize(2);
        }
        LeaseRace.requireOneOwner(store() + "/race", configure());
    }

    /** The table of scores, which stands first. */
    private List<String> scores() {
        return out.toString()
                .lines()
                .dropWhile(line -> !line.startsWith("|"))
                .takeWhile(line -> line.startsWith("|"))
                .toList();
    }

    private Path config(String out) throws IOException {
        return config(store(), "out: '" + store() + "/" + out + "'\ncache: '" + store() + "/cache'\n");
    }

    private Path localConfig() throws IOException {
        return config(folder.toString(), "out: '" + folder.resolve("local") + "'\n");
    }

    private Path config(String root, String rest) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "run", ".yaml"), """
                benchmarks: [piqa, mmlu, gsm8k]
                data: '%1$s/data'
                models: {plain: '%1$s/plain', mhc: '%1$s/mhc'}
                limit: 3
                shots: {mmlu: 1, gsm8k: 1}
                inference: {threads: 1}
                """.formatted(root) + rest);
    }

    /** The driver that is to be killed, in another process and one shard at a time. */
    private Process driver(Path config) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(JavaModuleOptions.defaultModuleOptions().split(" ")));
        command.addAll(
                List.of("-Xmx1g", "-XX:TieredStopAtLevel=1", "-Dai.djl.offline=true", "-Dspark.master=local[1]"));
        hadoop().forEach((key, value) -> command.add("-D" + PREFIX + key + "=" + value));
        command.addAll(List.of("-Dspark.ui.enabled=false", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(Main.class.getName(), "run", "--config", config.toString()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("driver.log").toFile())
                .start();
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("driver.log"));
    }

    private List<FileStatus> parts(FileSystem files, String run) throws IOException {
        return names(files, run + "/predictions", ".parquet").stream()
                .filter(file -> file.getPath().getName().startsWith("part-"))
                .toList();
    }

    private List<FileStatus> names(FileSystem files, String below, String suffix) throws IOException {
        List<FileStatus> found = new ArrayList<>();
        if (files.exists(path(store() + "/" + below))) {
            RemoteIterator<LocatedFileStatus> each = files.listFiles(path(store() + "/" + below), true);
            while (each.hasNext()) {
                FileStatus file = new FileStatus(each.next());
                if (file.getPath().getName().endsWith(suffix)) {
                    found.add(file);
                }
            }
        }
        return found;
    }

    private static org.apache.hadoop.fs.Path path(String uri) {
        return new org.apache.hadoop.fs.Path(uri);
    }

    private void execute(String... arguments) {
        configure();
        out.getBuffer().setLength(0);
        int status = Main.execute(new Main(), new PrintWriter(out, true), new PrintWriter(err, true), arguments);
        assertThat(status).as("%s: %s", String.join(" ", arguments), err).isZero();
    }
}
