package mhc.reports;

import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mhc.eval.MetricName;
import mhc.eval.PredictionColumn;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/**
 * Writes the single examples of a report for reading: files of a few dozen examples with the answers of all models side by
 * side, which the page loads when they are looked at, and an index of all of them.
 */
final class SampleExport {
    /** Examples of a file. */
    static final int CHUNK = 64;

    /** Tasks that write; more than most machines have cores, few enough to start at once. */
    private static final int WRITERS = 32;

    private SampleExport() {}

    /**
     * Writes all chunks below {@code folder}.
     *
     * @param models in table order
     * @param headlines by benchmark
     * @return ordered by benchmark and task
     * @throws mhc.datasets.InputException when a file is damaged
     */
    static List<SampleTask> write(
            SparkSession spark,
            List<EvaluatedRun> runs,
            List<String> models,
            Map<String, MetricName> headlines,
            ChunkFolder folder) {
        Map<String, Integer> places = new HashMap<>();
        models.forEach(model -> places.put(model, places.size()));
        Map<String, MetricName> metrics = new TreeMap<>(headlines);
        PredictionParts parts = PredictionParts.of(spark, runs);
        List<SampleTask> written = parts.distributed()
                .flatMap(part -> parts.rows(part, SampleAnswer.COLUMNS))
                .mapToPair(row -> answer(row, places, metrics))
                .repartitionAndSortWithinPartitions(new SampleKey.ByTask(WRITERS))
                .mapPartitions(answers -> tasks(answers, places.size(), folder))
                .collect();
        parts.requireSound();
        Map<String, SampleTask> ordered = new TreeMap<>();
        written.forEach(each -> ordered.put(each.benchmark() + "\0" + each.task(), each));
        return List.copyOf(ordered.values());
    }

    private static Tuple2<SampleKey, SampleAnswer> answer(
            PredictionRow row, Map<String, Integer> places, Map<String, MetricName> headlines) {
        String benchmark = row.part().benchmark();
        SampleKey key = new SampleKey(
                benchmark,
                row.text(PredictionColumn.TASK),
                row.text(PredictionColumn.ID),
                places.get(row.part().model()));
        return new Tuple2<>(key, SampleAnswer.of(row, headlines.get(benchmark)));
    }

    /** A task at a time: answers come sorted. */
    private static Iterator<SampleTask> tasks(
            Iterator<Tuple2<SampleKey, SampleAnswer>> answers, int models, ChunkFolder folder) throws IOException {
        Map<String, SampleTask> done = new TreeMap<>();
        SampleTaskWriter open = null;
        while (answers.hasNext()) {
            Tuple2<SampleKey, SampleAnswer> answer = answers.next();
            if (open == null || !open.takes(answer._1())) {
                if (open != null) {
                    done.put(open.file(), open.finish());
                }
                open = new SampleTaskWriter(answer._1(), models, folder);
            }
            open.add(answer._1(), answer._2());
        }
        if (open != null) {
            done.put(open.file(), open.finish());
        }
        return done.values().iterator();
    }
}
