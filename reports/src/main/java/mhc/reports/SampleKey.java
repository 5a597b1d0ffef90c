package mhc.reports;

import java.io.Serializable;
import java.util.Comparator;
import org.apache.spark.Partitioner;

/**
 * Where an answer stands among the samples.
 *
 * @param model its place in the table
 */
record SampleKey(String benchmark, String task, String id, int model) implements Comparable<SampleKey>, Serializable {
    private static final long serialVersionUID = 1L;
    private static final Comparator<SampleKey> ORDER = Comparator.comparing(SampleKey::benchmark)
            .thenComparing(SampleKey::task)
            .thenComparing(SampleKey::id)
            .thenComparingInt(SampleKey::model);

    @Override
    public int compareTo(SampleKey other) {
        return ORDER.compare(this, other);
    }

    boolean isOfTask(SampleKey other) {
        return benchmark.equals(other.benchmark) && task.equals(other.task);
    }

    /** Keeps the answers of a task together. */
    static final class ByTask extends Partitioner {
        private static final long serialVersionUID = 1L;
        private final int partitions;

        ByTask(int partitions) {
            this.partitions = partitions;
        }

        @Override
        public int numPartitions() {
            return partitions;
        }

        @Override
        public int getPartition(Object key) {
            SampleKey sample = (SampleKey) key;
            return Math.floorMod(
                    31 * sample.benchmark().hashCode() + sample.task().hashCode(), partitions);
        }
    }
}
