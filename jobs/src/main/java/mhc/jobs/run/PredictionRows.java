package mhc.jobs.run;

import static mhc.eval.PredictionColumn.CLUSTER;
import static mhc.eval.PredictionColumn.CONTEXT;
import static mhc.eval.PredictionColumn.CONTINUATIONS;
import static mhc.eval.PredictionColumn.EXTRACTED;
import static mhc.eval.PredictionColumn.GOLD;
import static mhc.eval.PredictionColumn.ID;
import static mhc.eval.PredictionColumn.KERNELS;
import static mhc.eval.PredictionColumn.LOGLIKELIHOODS;
import static mhc.eval.PredictionColumn.METRICS;
import static mhc.eval.PredictionColumn.NEW_TOKENS;
import static mhc.eval.PredictionColumn.PROMPT_TOKENS;
import static mhc.eval.PredictionColumn.PROTOCOL;
import static mhc.eval.PredictionColumn.RAW;
import static mhc.eval.PredictionColumn.REASON;
import static mhc.eval.PredictionColumn.REQUEST_HASH;
import static mhc.eval.PredictionColumn.REUSED_TOKENS;
import static mhc.eval.PredictionColumn.SECONDS;
import static mhc.eval.PredictionColumn.SHOTS;
import static mhc.eval.PredictionColumn.STOP;
import static mhc.eval.PredictionColumn.TASK;
import static mhc.eval.PredictionColumn.TOKENS;
import static mhc.eval.PredictionColumn.TRUNCATED;
import static mhc.eval.PredictionColumn.VERSION;

import java.util.ArrayList;
import java.util.List;
import mhc.eval.Prediction;
import mhc.eval.PredictionColumn;
import mhc.reports.PredictionFileReader;
import mhc.reports.PredictionPart;
import mhc.reports.PredictionRow;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Reads one shard's predictions back, as {@link PredictionFile} wrote them. */
final class PredictionRows {
    private PredictionRows() {}

    /** @throws mhc.datasets.InputException when the file is damaged */
    static List<Prediction> read(Configuration hadoop, Path file) {
        List<Prediction> rows = new ArrayList<>();
        PredictionFileReader.open(hadoop, PredictionPart.at(file), List.of(PredictionColumn.values()))
                .forEachRemaining(row -> rows.add(prediction(row)));
        return rows;
    }

    private static Prediction prediction(PredictionRow row) {
        return new Prediction(
                row.text(ID),
                row.text(TASK),
                row.text(CLUSTER),
                row.text(PROTOCOL),
                row.text(VERSION),
                row.integer(SHOTS),
                row.text(REQUEST_HASH),
                row.text(CONTEXT),
                row.list(CONTINUATIONS),
                row.list(LOGLIKELIHOODS),
                row.list(TOKENS),
                row.text(RAW),
                row.map(EXTRACTED),
                row.list(GOLD),
                row.map(METRICS),
                row.text(REASON),
                row.truth(TRUNCATED),
                row.text(STOP),
                row.text(KERNELS),
                row.integer(PROMPT_TOKENS),
                row.integer(REUSED_TOKENS),
                row.integer(NEW_TOKENS),
                row.number(SECONDS));
    }
}
