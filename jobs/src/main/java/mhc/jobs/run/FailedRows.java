package mhc.jobs.run;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import mhc.eval.Prediction;
import mhc.eval.PredictionColumn;
import mhc.reports.PredictionFileReader;
import mhc.reports.PredictionPart;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** The examples without an answer among a run's committed rows. */
public final class FailedRows {
    private static final List<PredictionColumn> COLUMNS = List.of(PredictionColumn.ID, PredictionColumn.STATUS);

    private FailedRows() {}

    /**
     * Ids of one model's failed examples of a benchmark, by the index of their shard.
     *
     * @throws mhc.datasets.InputException when a file is damaged
     */
    public static TreeMap<Integer, Set<String>> of(
            Configuration hadoop, RunDirectory run, String model, String benchmark) {
        return run.committed(model, benchmark).parallelStream()
                .map(shard -> Map.entry(shard, failed(hadoop, run.part(model, benchmark, shard))))
                .filter(shard -> !shard.getValue().isEmpty())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, TreeMap::new));
    }

    private static Set<String> failed(Configuration hadoop, Path file) {
        Set<String> ids = new TreeSet<>();
        PredictionFileReader.open(hadoop, PredictionPart.at(file), COLUMNS).forEachRemaining(row -> {
            if (row.text(PredictionColumn.STATUS).equals(Prediction.FAILED)) {
                ids.add(row.text(PredictionColumn.ID));
            }
        });
        return ids;
    }
}
