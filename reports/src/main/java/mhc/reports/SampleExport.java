package mhc.reports;

import static org.apache.spark.sql.functions.col;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mhc.eval.MetricName;
import mhc.eval.PredictionColumn;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Writes the single examples of a report for reading: files of a few dozen examples with the answers of all models side by
 * side, which the page loads when they are looked at, and an index of all of them.
 */
final class SampleExport {
    /** Examples of a file. */
    static final int CHUNK = 64;

    /** Tasks that write; more than most machines have cores, few enough to start at once. */
    private static final int WRITERS = 32;

    /** What is read of each row. */
    static final PredictionTable TABLE = new PredictionTable(List.of(
            PredictionColumn.ID,
            PredictionColumn.TASK,
            PredictionColumn.REQUEST_HASH,
            PredictionColumn.CONTEXT,
            PredictionColumn.CONTINUATIONS,
            PredictionColumn.LOGLIKELIHOODS,
            PredictionColumn.TOKENS,
            PredictionColumn.RAW,
            PredictionColumn.EXTRACTED,
            PredictionColumn.GOLD,
            PredictionColumn.METRICS,
            PredictionColumn.STATUS,
            PredictionColumn.REASON,
            PredictionColumn.TRUNCATED,
            PredictionColumn.STOP,
            PredictionColumn.PROMPT_TOKENS,
            PredictionColumn.NEW_TOKENS));

    private SampleExport() {}

    /**
     * Writes all chunks below {@code folder}.
     *
     * @param models in table order
     * @param headlines by benchmark
     * @return ordered by benchmark and task
     */
    static List<SampleTask> write(
            SparkSession spark,
            List<EvaluatedRun> runs,
            List<String> models,
            Map<String, MetricName> headlines,
            ChunkFolder folder) {
        List<String> order = List.copyOf(models);
        Map<String, MetricName> metrics = new TreeMap<>(headlines);
        String task = PredictionColumn.TASK.key();
        String id = PredictionColumn.ID.key();
        List<SampleTask> written = TABLE.read(spark, runs)
                .repartition(WRITERS, col("benchmark"), col(task))
                .sortWithinPartitions(col("benchmark"), col(task), col(id), col("model"))
                .javaRDD()
                .mapPartitions(rows -> tasks(rows, order, metrics, folder))
                .collect();
        Map<String, SampleTask> ordered = new TreeMap<>();
        written.forEach(each -> ordered.put(each.benchmark() + "\0" + each.task(), each));
        return List.copyOf(ordered.values());
    }

    /** A task at a time: rows come sorted. */
    private static Iterator<SampleTask> tasks(
            Iterator<Row> rows, List<String> models, Map<String, MetricName> headlines, ChunkFolder folder)
            throws Exception {
        Map<String, SampleTask> done = new TreeMap<>();
        SampleTaskWriter open = null;
        while (rows.hasNext()) {
            Row row = rows.next();
            String benchmark = row.getString(TABLE.benchmark());
            String task = TABLE.text(row, PredictionColumn.TASK);
            if (open == null || !open.isOf(benchmark, task)) {
                if (open != null) {
                    done.put(open.file(), open.finish());
                }
                open = new SampleTaskWriter(benchmark, task, models, headlines.get(benchmark), folder);
            }
            open.add(row);
        }
        if (open != null) {
            done.put(open.file(), open.finish());
        }
        return done.values().iterator();
    }
}
