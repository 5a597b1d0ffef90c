package mhc.jobs.executor;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import mhc.datasets.Example;
import mhc.eval.Answer;
import mhc.eval.Request;
import mhc.eval.Shots;
import mhc.jobs.config.RunConfig;
import mhc.jobs.config.RunConfigReader;
import mhc.jobs.config.Settings;
import mhc.jobs.driver.ClusterProgram;
import mhc.jobs.plan.QueuedShard;
import mhc.jobs.plan.Shard;
import mhc.jobs.plan.ShardCost;
import mhc.jobs.run.PartOrigin;
import mhc.jobs.run.RunDirectory;
import mhc.jobs.run.RunLease;
import mhc.model.InferenceOptions;
import mhc.model.LanguageModel;
import mhc.model.ModelInfo;
import mhc.model.Work;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** As a program: one shard of a model whose engine hangs at one question. */
final class HangingRun {
    static final int EXAMPLES = 4;
    static final int HANG_SECONDS = 2;

    private static final int ODD = 1;

    private HangingRun() {}

    /** Answers one question after the other, and never comes back from one that holds "odd", whoever interrupts it. */
    static final class Sleeping implements LanguageModel {
        @Override
        public Work answer(List<Request> requests, int offset, Sink sink) {
            for (int i = 0; i < requests.size(); i++) {
                while (requests.get(i).context().contains("odd")) {
                    LockSupport.park();
                }
                Answer.Score score = new Answer.Score(-1, 1, 1, false);
                sink.accept(i, new Answer.Scores(List.of(score, score), Answer.Usage.NONE));
            }
            return Work.NONE;
        }

        @Override
        public ModelInfo info() {
            return new ModelInfo("LlamaForCausalLM", "none", 1, "float32", "cpu", "none", 4096, 400);
        }

        @Override
        public void close() {
            // There is nothing to free.
        }
    }

    static Shard shard() {
        return new Shard(
                "paper",
                "piqa",
                0,
                0,
                IntStream.range(0, EXAMPLES)
                        .mapToObj(i -> new Shard.Item(
                                new Example.Piqa(
                                        "piqa/valid/" + i, (i == ODD ? "odd " : "even ") + i, List.of("yes", "no"), 0),
                                Shots.NONE))
                        .toList(),
                false);
    }

    /** @param arguments Spark's master, and the run directory */
    public static void main(String[] arguments) throws IOException {
        String out = arguments[1];
        Settings settings = Settings.parse("{benchmarks: [piqa], data: /nowhere, models: {mhc: /nowhere}}");
        settings.put("out", out);
        settings.put("faults.hang-seconds", HANG_SECONDS);
        RunConfig config = RunConfigReader.read(settings);
        ModelSpec spec = new ModelSpec("mhc", "/nowhere", "f", InferenceOptions.DEFAULT.withDevices(List.of("cpu")));
        try (SparkSession spark = ClusterProgram.session(arguments[0])) {
            JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
            RunDirectory directory = RunDirectory.at(out, context.hadoopConfiguration());
            try (RunLease lease = RunLease.take(directory, false, System.err, () -> {})) {
                ShardTask.Asked asked = new ShardTask.Asked(
                        spec,
                        new PartOrigin.Source("run", "f", "build"),
                        RunCounters.in(spark.sparkContext(), "mhc"),
                        context.broadcast(Map.of()));
                ShardTask task = new ShardTask(
                        config,
                        out,
                        new SerializableConfiguration(context.hadoopConfiguration()),
                        Map.of("mhc", asked),
                        lease.ticket());
                QueuedShard queued = new QueuedShard("mhc", shard(), new ShardCost(EXAMPLES, 0, 1, 0, 0, 0));
                context.parallelize(List.of(queued), 1)
                        .map(one -> {
                            ExecutorModels.slot(List.of("cpu"))
                                    .acquire(spec, Sleeping::new)
                                    .close();
                            return task.call(one);
                        })
                        .collect();
            }
        }
    }
}
