package mhc.jobs.run;

import static mhc.eval.PredictionColumn.ID;
import static mhc.eval.PredictionColumn.NEW_TOKENS;
import static mhc.eval.PredictionColumn.PROMPT_TOKENS;
import static mhc.eval.PredictionColumn.REUSED_TOKENS;
import static mhc.eval.PredictionColumn.SECONDS;

import java.util.ArrayList;
import java.util.List;
import mhc.datasets.InputException;
import mhc.eval.PredictionColumn;
import mhc.reports.PredictionFileReader;
import mhc.reports.PredictionPart;
import org.apache.hadoop.conf.Configuration;

/** A run, finished or not, of which it is known what its answers took. */
public final class RecordedRun {
    private static final List<PredictionColumn> COLUMNS =
            List.of(ID, PROMPT_TOKENS, REUSED_TOKENS, NEW_TOKENS, SECONDS);

    private final RunDirectory directory;
    private final Configuration hadoop;
    private final List<String> models = new ArrayList<>();

    private RecordedRun(RunDirectory directory, Configuration hadoop) {
        this.directory = directory;
        this.hadoop = hadoop;
        directory
                .start()
                .path("models")
                .forEach(model -> models.add(model.path("name").asText()));
    }

    /** @throws InputException when there is no run directory */
    public static RecordedRun at(String uri, Configuration hadoop) {
        return new RecordedRun(RunDirectory.at(uri, hadoop), hadoop);
    }

    /** In the order of its configuration. */
    public List<String> models() {
        return models;
    }

    /**
     * A model's answers to a benchmark, by part file and in its order; an empty list when there are none.
     *
     * @throws InputException when a file is damaged
     */
    public List<List<RecordedRequest>> answers(String model, String benchmark) {
        List<List<RecordedRequest>> parts = new ArrayList<>();
        for (int shard : directory.committed(model, benchmark)) {
            List<RecordedRequest> rows = new ArrayList<>();
            PredictionFileReader.open(hadoop, PredictionPart.at(directory.part(model, benchmark, shard)), COLUMNS)
                    .forEachRemaining(row -> rows.add(new RecordedRequest(
                            row.text(ID),
                            row.integer(PROMPT_TOKENS),
                            row.integer(REUSED_TOKENS),
                            row.integer(NEW_TOKENS),
                            row.number(SECONDS))));
            parts.add(rows);
        }
        return parts;
    }
}
