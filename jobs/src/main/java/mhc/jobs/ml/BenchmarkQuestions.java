package mhc.jobs.ml;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import mhc.datasets.InputException;
import mhc.eval.Benchmark;
import mhc.eval.Request;
import mhc.eval.protocol.Protocols;
import mhc.jobs.config.RunConfig;
import mhc.jobs.plan.Shard;
import mhc.jobs.plan.ShardPlan;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The questions of one benchmark as a Dataset, word by word and partition by partition those of a run, with the stages
 * that ask and score them.
 */
public final class BenchmarkQuestions {
    private static final StructType SCHEMA = new StructType()
            .add("id", DataTypes.StringType)
            .add("task", DataTypes.StringType)
            .add("context", DataTypes.StringType)
            .add("continuations", DataTypes.createArrayType(DataTypes.StringType))
            .add("example", DataTypes.StringType);

    private final SparkSession spark;
    private final ShardPlan.Planned planned;

    private BenchmarkQuestions(SparkSession spark, ShardPlan.Planned planned) {
        this.spark = spark;
        this.planned = planned;
    }

    /**
     * A benchmark with Table 4's shots.
     *
     * @param protocol {@code paper} or {@code lm-eval}
     * @param data root of the corpora, any Hadoop file system URI
     * @param limit most examples, 0 = all
     * @throws InputException when there is no such benchmark, or its files are missing or malformed
     */
    public static BenchmarkQuestions of(SparkSession spark, String protocol, String benchmark, String data, int limit) {
        RunConfig config = new RunConfig(
                benchmark,
                protocol,
                List.of(benchmark),
                data,
                Map.of(),
                limit,
                Map.of(),
                Map.of(),
                Map.of(),
                "",
                RunConfig.Inference.DEFAULT,
                RunConfig.Shards.DEFAULT,
                RunConfig.Faults.DEFAULT,
                "",
                "");
        return of(spark, config, benchmark);
    }

    /** One of the benchmarks of a run, with its files, shots and limit; its models are not read. */
    public static BenchmarkQuestions of(SparkSession spark, RunConfig config, String benchmark) {
        return ShardPlan.of(config, spark.sparkContext().hadoopConfiguration()).stream()
                .filter(planned -> planned.benchmark().name().equals(benchmark))
                .findFirst()
                .map(planned -> new BenchmarkQuestions(spark, planned))
                .orElseThrow(() -> new InputException("Benchmark " + benchmark + " is not among "
                        + String.join(", ", config.benchmarks()) + ": add it to the key benchmarks"));
    }

    /**
     * A row per question: {@code id}, {@code task} (or the empty string), {@code context}, {@code continuations} (null
     * where text is asked for) and {@code example}, the example as JSON. A partition is a shard of the run's plan, so that
     * what prefixes are shared there is shared here.
     */
    public Dataset<Row> rows() {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        List<Shard> shards = planned.shards();
        return spark.createDataFrame(
                context.parallelize(shards, Math.max(1, shards.size())).flatMap(BenchmarkQuestions::rows), SCHEMA);
    }

    private static Iterator<Row> rows(Shard shard) {
        Benchmark benchmark = Protocols.named(shard.protocol()).benchmark(shard.benchmark());
        List<Row> rows = new ArrayList<>();
        for (Shard.Item item : shard.items()) {
            Request request = benchmark.request(item.example(), item.shots());
            rows.add(RowFactory.create(
                    item.example().id(),
                    item.example().task(),
                    request.context(),
                    request instanceof Request.Choice choice
                            ? choice.continuations().toArray(String[]::new)
                            : null,
                    ExampleColumn.text(item.example())));
        }
        return rows.iterator();
    }

    /** The stage that asks them: kind of request, columns, stop strings and token limit are set, the model is not. */
    public LanguageModelTransformer transformer() {
        Shard.Item first = planned.shards().get(0).items().get(0);
        Request request = planned.benchmark().request(first.example(), first.shots());
        LanguageModelTransformer transformer = new LanguageModelTransformer()
                .setRequestKind(RequestKind.of(request).key())
                .setInputCol("context")
                .setContinuationsCol("continuations");
        return request instanceof Request.Generate generate
                ? transformer.setStops(generate.stops().toArray(String[]::new)).setMaxTokens(generate.maxTokens())
                : transformer;
    }

    /** What scores the answers of {@link #transformer()} to these rows. */
    public BenchmarkEvaluator evaluator() {
        return new BenchmarkEvaluator()
                .setProtocol(planned.benchmark().info().protocol())
                .setBenchmark(planned.benchmark().name());
    }
}
