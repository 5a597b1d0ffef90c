package mhc.jobs.driver;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import mhc.jobs.config.RunConfigReader;
import mhc.jobs.config.Settings;
import mhc.jobs.plan.RequestCost;
import mhc.jobs.plan.Shard;
import mhc.jobs.plan.ShardPlan;
import org.apache.spark.sql.SparkSession;

/**
 * The same evaluation cut into other shards, its examples in another order; as a program, on a cluster of processes on
 * this machine.
 */
final class PartitionRuns {
    static final List<Integer> SHARDS = List.of(1, 2, 4, 8);
    static final List<Integer> ORDERS = List.of(1, 2);

    /** As few examples a benchmark as shards at most. */
    static final int EXAMPLES = 8;

    private PartitionRuns() {}

    /** @param arguments folder of the inputs, folder of the runs */
    public static void main(String[] arguments) throws IOException {
        try (SparkSession spark = ClusterProgram.session("local-cluster[2,1,1024]")) {
            all(spark, Path.of(arguments[0]), Path.of(arguments[1]));
        }
    }

    /** One run for each number of shards and each order. */
    static void all(SparkSession spark, Path inputs, Path runs) {
        for (int shards : SHARDS) {
            for (int order : ORDERS) {
                Settings settings = settings(inputs, run(runs, shards, order));
                PrintStream quiet = new PrintStream(OutputStream.nullOutputStream());
                Evaluation.run(
                        RunConfigReader.read(settings), spark, Evaluation.Mode.CONTINUE, quiet, plan -> plan.stream()
                                .map(planned -> cut(planned, shards, order))
                                .toList());
            }
        }
    }

    static Path run(Path runs, int shards, int order) {
        return runs.resolve(shards + "-" + order);
    }

    static Settings settings(Path inputs, Path out) {
        Settings settings =
                Settings.parse("{name: partitions, benchmarks: [mmlu, triviaqa], shots: {mmlu: 2, triviaqa: 2},"
                        + " inference: {deterministic: true, threads: 1, device: cpu}}");
        settings.put("limit", EXAMPLES);
        settings.put("data", inputs.resolve("data").toString());
        settings.assign("models.mhc=" + inputs.resolve("mhc"));
        settings.put("out", out.toString());
        return settings;
    }

    /** Shuffled, and dealt out to so many shards. */
    private static ShardPlan.Planned cut(ShardPlan.Planned planned, int count, int order) {
        List<Shard.Item> items = new ArrayList<>();
        planned.shards().forEach(shard -> items.addAll(shard.items()));
        Collections.shuffle(items, new Random(order));
        List<Shard> shards = new ArrayList<>();
        List<List<RequestCost>> costs = new ArrayList<>();
        for (int at = 0; at < count; at++) {
            List<Shard.Item> dealt = items.subList(at * items.size() / count, (at + 1) * items.size() / count);
            Shard whole = planned.shards().get(0);
            shards.add(new Shard(whole.protocol(), whole.benchmark(), at, whole.shots(), dealt, false));
            costs.add(Collections.nCopies(dealt.size(), new RequestCost(1, 0, 1)));
        }
        return new ShardPlan.Planned(
                planned.benchmark(), planned.corpus(), planned.shots(), shards, costs, planned.prompts());
    }
}
