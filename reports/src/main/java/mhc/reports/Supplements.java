package mhc.reports;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import mhc.datasets.InputException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * What a page shows beside scores where run directories hold it: the gains of
 * {@code stability/MODEL.json} (which {@code model gain --json} writes) and the curve of {@code training/MODEL.parquet} (which
 * {@code train} writes).
 */
record Supplements(List<ModelGains> gains, List<TrainingCurve> curves) {
    static final Supplements NONE = new Supplements(List.of(), List.of());

    private static final ObjectMapper JSON = new ObjectMapper();

    /** @throws InputException when one of these files is damaged */
    static Supplements read(SparkSession spark, List<EvaluatedRun> runs) {
        Supplements all = new Supplements(new ArrayList<>(), new ArrayList<>());
        Configuration hadoop = spark.sparkContext().hadoopConfiguration();
        for (EvaluatedRun run : runs) {
            try {
                FileSystem files = run.directory().getFileSystem(hadoop);
                all.add(files, run);
            } catch (IOException e) {
                throw new InputException(
                        "Run directory " + run.directory() + " cannot be read (" + e.getMessage()
                                + "): check the path and its access",
                        e);
            }
        }
        return all;
    }

    private void add(FileSystem files, EvaluatedRun run) throws IOException {
        for (String model : run.models()) {
            Path measured = new Path(run.directory(), "stability/" + model + ".json");
            if (files.exists(measured)) {
                gains.add(ModelGains.of(model, json(files, measured)));
            }
            Path training = new Path(run.directory(), "training/" + model + ".parquet");
            if (files.exists(training)) {
                curves.add(curve(files.getConf(), model, training));
            }
        }
    }

    private static JsonNode json(FileSystem files, Path path) throws IOException {
        try (InputStream in = files.open(path)) {
            return JSON.readTree(in);
        } catch (JsonProcessingException e) {
            throw new InputException(path + " is not valid JSON: write it again, or delete it", e);
        }
    }

    private static TrainingCurve curve(Configuration hadoop, String model, Path path) {
        try {
            return TrainingCurve.read(hadoop, model, path);
        } catch (IOException | RuntimeException e) { // Parquet throws many kinds at bytes that are not its own
            throw new InputException(
                    path + " is no training curve (columns step, loss, gradient_norm): write it again, or delete it",
                    e);
        }
    }
}
