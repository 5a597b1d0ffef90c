package mhc.jobs.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import mhc.eval.Prediction;
import org.apache.hadoop.conf.Configuration;

/** Changes committed rows, as a test needs them, and reads them. */
public final class PredictionEdits {
    private PredictionEdits() {}

    /** Makes one row of a part file a failed one. */
    public static void fail(Path part, int row, String reason) throws IOException {
        Prediction failed = with(rows(part).get(row), Map.of(), reason);
        PredictionFile.replace(new Configuration(), path(part), 0, List.of(failed));
    }

    /** Of each row its id, what was asked, how long that was in tokens, the metrics and the reason of a failure. */
    public static List<List<Object>> answers(Path part) throws IOException {
        return rows(part).stream()
                .map(row -> List.<Object>of(row.id(), row.requestHash(), row.tokens(), row.metrics(), row.failure()))
                .toList();
    }

    /** The same row with another score or failure. */
    static Prediction with(Prediction row, Map<String, Double> metrics, String failure) {
        return new Prediction(
                row.id(),
                row.task(),
                row.cluster(),
                row.protocol(),
                row.version(),
                row.shots(),
                row.requestHash(),
                row.context(),
                row.continuations(),
                row.logLikelihoods(),
                row.tokens(),
                row.raw(),
                row.extracted(),
                row.gold(),
                metrics,
                failure,
                row.truncated(),
                row.stop(),
                row.kernels(),
                row.promptTokens(),
                row.reusedTokens(),
                row.newTokens(),
                row.seconds());
    }

    private static List<Prediction> rows(Path part) throws IOException {
        return PredictionRows.read(new Configuration(), path(part));
    }

    private static org.apache.hadoop.fs.Path path(Path part) {
        return new org.apache.hadoop.fs.Path(part.toUri());
    }
}
