package mhc.jobs.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import mhc.eval.Prediction;
import mhc.jobs.driver.ClusterProgram;
import mhc.jobs.run.HangNotes;
import mhc.jobs.run.PartOrigin;
import mhc.jobs.run.PredictionEdits;
import mhc.jobs.run.RunDirectory;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An engine that hangs costs its process, and in the end the example at which it does. */
class HangWatchTest {
    private static final String HUNG = "model: the engine hung at it, asked alone, for 2 s";
    private static final String SENTENCE =
            "no forward pass of shard piqa 0 of mhc has ended for 2 s, at example piqa/valid/1";

    @TempDir
    private Path folder;

    /** Three attempts: together, one by one, and without the example. */
    @Test
    void onAClusterTheExecutorsEndAndTheExampleFails() throws Exception {
        int status = run("local-cluster[1,1,1024]");

        assertThat(status).as(log()).isZero();
        assertThat(failures()).containsExactly("", HUNG, "", "");
        List<String> logs = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder.resolve("spark-home/work"))) {
            for (Path file : files.filter(path -> path.endsWith("stderr")).toList()) {
                logs.add(Files.readString(file));
            }
        }
        assertThat(logs).hasSize(3);
        assertThat(logs)
                .filteredOn(text -> text.contains(SENTENCE + " or one of 2 more: this executor ends"))
                .hasSize(1);
        assertThat(logs)
                .filteredOn(text -> text.contains(SENTENCE + ": this executor ends"))
                .hasSize(1);
        assertThat(log()).contains("exited with code " + ProcessEnd.EXECUTOR);
    }

    @Test
    void inOneProcessItSaysSoAndEnds() throws Exception {
        assertThat(run("local[2,3]")).isEqualTo(ProcessEnd.LOCAL);
        assertThat(lastLine())
                .startsWith("mhc-eval: On host ")
                .endsWith(SENTENCE + " or one of 2 more: the run ends; start it again to continue it, and that shard is"
                        + " asked one example at a time");
        assertThat(notes().read().together()).isTrue();
    }

    @Test
    void passesThatEndAreNoHang() throws Exception {
        BlockingQueue<String> ends = new LinkedBlockingQueue<>();
        HangNotes notes = notes();
        HangWatch watch = new HangWatch("shard", Duration.ofSeconds(2), HangNotes.Found.NOTHING, notes, ends::add);
        try (HangWatch.Call call = watch.call(3, index -> "example " + index)) {
            for (int i = 0; i < 12; i++) {
                call.through((index, answer) -> {}).worked(1, 0);
                assertThat(ends.poll(250, TimeUnit.MILLISECONDS)).isNull();
            }
            call.through((index, answer) -> {}).accept(0, null);
            assertThat(ends.poll(20, TimeUnit.SECONDS)).contains("at example example 1 or one of 1 more");
        }
        assertThat(notes.read()).isEqualTo(new HangNotes.Found(true, java.util.Set.of()));
        notes.clear();
        assertThat(notes.read()).isEqualTo(HangNotes.Found.NOTHING);
        try (HangWatch.Call done = watch.call(1, index -> "example " + index)) {
            done.through((index, answer) -> {}).worked(1, 0);
        }
        assertThat(ends.poll(3, TimeUnit.SECONDS)).isNull();
    }

    @Test
    void whatHungAloneIsNotAskedAgain() throws IOException {
        HangNotes notes = notes();
        notes.addAlone("piqa/valid/1");
        HangWatch watch = new HangWatch("shard", Duration.ofSeconds(60), notes.read(), notes, sentence -> {});
        FailurePolicy policy = new FailurePolicy("mhc", "shard piqa 0", 0, 2, () -> false);
        ModelSlot.Lease lease = new ModelSlot.Lease(new ModelSlot(), new HangingRun.Sleeping(), 0);
        TaskModel model = new TaskModel(lease, Map.of(), policy, watch);

        List<Prediction> rows =
                new ShardEvaluation(model, HangingRun.shard(), policy, List.of(0)).run(prediction -> {});

        assertThat(rows)
                .extracting(Prediction::failure)
                .containsExactly("", "model: the engine hung at it, asked alone, for 60 s", "", "");
    }

    private HangNotes notes() {
        return RunDirectory.at(folder.resolve("run").toString(), new Configuration())
                .hangs(new PartOrigin(new PartOrigin.Source("run", "f", "build"), "mhc/piqa/0", "", ""));
    }

    private int run(String master) throws Exception {
        Process process = ClusterProgram.of(
                        folder, HangingRun.class, master, folder.resolve("run").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return process.exitValue();
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    private String lastLine() throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve("log"));
        return lines.get(lines.size() - 1);
    }

    private List<Object> failures() throws IOException {
        Path part = folder.resolve("run/predictions/model=mhc/benchmark=piqa/part-00000.parquet");
        return PredictionEdits.answers(part).stream().map(row -> row.get(4)).toList();
    }
}
