package mhc.reports;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.TreeSet;
import mhc.datasets.InputException;
import mhc.eval.PredictionColumn;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The prediction files of some runs, and how executors read them: each whole, by Parquet's own record assembly. Spark's
 * reader would plan a query and compile it, which takes longer than reading a small run.
 */
final class PredictionParts implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Files of a task: opening some is what a task is worth starting for. */
    private static final int FILES = 32;

    /** Tasks of a slot where there are enough files, so that a large file is not all that is left. */
    private static final int TASKS = 4;

    private final transient JavaSparkContext context;
    private final transient List<PredictionPart> all;
    private final Broadcast<SerializableConfiguration> hadoop;
    private final CollectionAccumulator<String> damages;

    private PredictionParts(JavaSparkContext context, List<PredictionPart> all) {
        this.context = context;
        this.all = all;
        this.hadoop = context.broadcast(new SerializableConfiguration(context.hadoopConfiguration()));
        this.damages = context.sc().collectionAccumulator("damaged files");
    }

    static PredictionParts of(SparkSession spark, List<EvaluatedRun> runs) {
        return new PredictionParts(
                JavaSparkContext.fromSparkContext(spark.sparkContext()),
                runs.stream().flatMap(EvaluatedRun::parts).toList());
    }

    /** In name order. */
    List<String> benchmarks() {
        TreeSet<String> names = new TreeSet<>();
        all.forEach(part -> names.add(part.benchmark()));
        return new ArrayList<>(names);
    }

    /** As they were listed, so that whatever else stands beside them is no data. */
    JavaRDD<PredictionPart> distributed() {
        int tasks = Math.max(TASKS * context.defaultParallelism(), (all.size() + FILES - 1) / FILES);
        return context.parallelize(all, Math.min(tasks, all.size()));
    }

    /**
     * Reads a file, on whichever machine, up to its damage if it has one: {@link #requireSound} tells of it. Thrown in a
     * task, it would be logged as Spark's error before it is said.
     */
    Iterator<PredictionRow> rows(PredictionPart part, List<PredictionColumn> columns) {
        try {
            return new SoundRows(PredictionFileReader.open(hadoop.value().value(), part, columns));
        } catch (InputException e) {
            damages.add(e.getMessage());
            return Collections.emptyIterator();
        }
    }

    private final class SoundRows implements Iterator<PredictionRow> {
        private final PredictionFileReader file;
        private PredictionRow ahead;

        SoundRows(PredictionFileReader file) {
            this.file = file;
        }

        @Override
        public boolean hasNext() {
            try {
                if (ahead == null && file.hasNext()) {
                    ahead = file.next();
                }
            } catch (InputException e) {
                damages.add(e.getMessage());
            }
            return ahead != null;
        }

        @Override
        public PredictionRow next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            PredictionRow row = ahead;
            ahead = null;
            return row;
        }
    }

    /**
     * Called behind the job that read.
     *
     * @throws InputException when a file was damaged or held something else
     */
    void requireSound() {
        damages.value().stream().sorted().findFirst().ifPresent(damage -> {
            throw new InputException(damage);
        });
    }
}
