package mhc.reports;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mhc.eval.MetricName;
import mhc.reports.BenchmarkComparison.ModelDifference;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * The rows of some runs, read once: reduced where they are read, brought together by benchmark, and kept on the executors.
 * Only sums and results come to the driver.
 */
final class RowScan implements AutoCloseable {
    private final JavaSparkContext context;
    private final PredictionParts parts;
    private final List<String> models;
    private final JavaRDD<BenchmarkRows> benchmarks;

    private RowScan(
            JavaSparkContext context, PredictionParts parts, List<String> models, JavaRDD<BenchmarkRows> benchmarks) {
        this.context = context;
        this.parts = parts;
        this.models = models;
        this.benchmarks = benchmarks;
    }

    /** @param models in table order */
    static RowScan of(SparkSession spark, List<EvaluatedRun> runs, List<String> models) {
        PredictionParts parts = PredictionParts.of(spark, runs);
        JavaRDD<BenchmarkRows> benchmarks = parts.distributed()
                .mapPartitionsToPair(files -> reduced(files, parts))
                .partitionBy(new ByBenchmark(parts.benchmarks())) // groupByKey would weigh every part in memory
                .mapPartitions(RowScan::joined)
                .persist(StorageLevel.MEMORY_AND_DISK());
        return new RowScan(JavaSparkContext.fromSparkContext(spark.sparkContext()), parts, models, benchmarks);
    }

    private record Cell(String benchmark, String model) {}

    private static Iterator<Tuple2<String, ModelRows>> reduced(Iterator<PredictionPart> files, PredictionParts parts) {
        Map<Cell, ModelRowsBuilder> builders = new HashMap<>();
        files.forEachRemaining(
                file -> parts.rows(file, ModelRowsBuilder.COLUMNS).forEachRemaining(row -> builders.computeIfAbsent(
                                new Cell(file.benchmark(), file.model()), cell -> new ModelRowsBuilder(cell.model()))
                        .add(row)));
        return builders.entrySet().stream()
                .map(entry -> new Tuple2<>(
                        entry.getKey().benchmark(), entry.getValue().build()))
                .iterator();
    }

    private static Iterator<BenchmarkRows> joined(Iterator<Tuple2<String, ModelRows>> parts) {
        Map<String, List<ModelRows>> benchmarks = new HashMap<>();
        parts.forEachRemaining(part ->
                benchmarks.computeIfAbsent(part._1(), name -> new ArrayList<>()).add(part._2()));
        return benchmarks.entrySet().stream()
                .map(benchmark -> BenchmarkRows.of(benchmark.getKey(), benchmark.getValue()))
                .iterator();
    }

    /** A partition for each benchmark: the largest one alone is much of the work. */
    private static final class ByBenchmark extends Partitioner {
        private static final long serialVersionUID = 1L;
        private final List<String> names;

        ByBenchmark(List<String> names) {
            this.names = names;
        }

        @Override
        public int numPartitions() {
            return names.size();
        }

        @Override
        public int getPartition(Object benchmark) {
            return names.indexOf(benchmark);
        }
    }

    /**
     * Benchmarks by name, those without an example left out.
     *
     * @throws mhc.datasets.InputException when a file is damaged or holds something else
     */
    List<BenchmarkSummary> summaries() {
        List<BenchmarkSummary> summaries = benchmarks.map(BenchmarkSummary::of).collect();
        parts.requireSound();
        return summaries.stream()
                .sorted(Comparator.comparing(BenchmarkSummary::benchmark))
                .map(benchmark -> benchmark.inOrder(models))
                .toList();
    }

    /** A pair of models and its place in the table. */
    record Pair(int place, String a, String b) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    /** A pair's difference on a benchmark. */
    private record Compared(String benchmark, int place, ModelDifference difference) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    /**
     * The pairs that have examples in common, by benchmark and in table order; p-values are not corrected yet. Each pair on
     * each benchmark is a task.
     *
     * @param headlines the metric compared, by benchmark
     */
    Map<String, List<ModelDifference>> differences(List<Pair> pairs, Map<String, MetricName> headlines) {
        Map<String, List<ModelDifference>> differences = new HashMap<>();
        if (pairs.isEmpty()) {
            return differences;
        }
        Map<String, MetricName> metrics = new LinkedHashMap<>(headlines);
        benchmarks
                .cartesian(context.parallelize(pairs, pairs.size()))
                .flatMap(
                        task -> compared(task._1(), task._2(), metrics).stream().iterator())
                .collect()
                .stream()
                .sorted(Comparator.comparingInt(Compared::place))
                .forEach(compared -> differences
                        .computeIfAbsent(compared.benchmark(), name -> new ArrayList<>())
                        .add(compared.difference()));
        return differences;
    }

    private static Optional<Compared> compared(BenchmarkRows rows, Pair pair, Map<String, MetricName> headlines) {
        MetricName headline = headlines.get(rows.benchmark());
        return rows.shared(pair.a(), pair.b())
                .map(shared -> new Compared(
                        rows.benchmark(), pair.place(), Comparisons.compared(pair.a(), pair.b(), headline, shared)));
    }

    @Override
    public void close() {
        benchmarks.unpersist();
    }
}
