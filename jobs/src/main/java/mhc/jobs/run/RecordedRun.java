package mhc.jobs.run;

import static mhc.eval.PredictionColumn.ID;
import static mhc.eval.PredictionColumn.NEW_TOKENS;
import static mhc.eval.PredictionColumn.PROMPT_TOKENS;
import static mhc.eval.PredictionColumn.REUSED_TOKENS;
import static mhc.eval.PredictionColumn.SECONDS;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import mhc.datasets.InputException;
import mhc.datasets.ParquetFiles;
import mhc.eval.PredictionColumn;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** A run, finished or not, of which it is known what its answers took. */
public final class RecordedRun {
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
     * @throws InputException when a file cannot be read
     */
    public List<List<RecordedRequest>> answers(String model, String benchmark) {
        List<List<RecordedRequest>> parts = new ArrayList<>();
        for (int shard : directory.committed(model, benchmark)) {
            Path part = directory.part(model, benchmark, shard);
            try {
                parts.add(rows(part));
            } catch (IOException | RuntimeException e) { // Parquet throws many kinds at bytes that are not its own
                throw new InputException(
                        part + " cannot be read (" + e.getMessage() + "): see mhc-eval status --verify on its run", e);
            }
        }
        return parts;
    }

    private List<RecordedRequest> rows(Path part) throws IOException {
        Configuration narrow = new Configuration(hadoop);
        try (ParquetFileReader reader = ParquetFiles.open(part, hadoop)) {
            MessageType schema = reader.getFileMetaData().getSchema();
            List<Type> columns = List.of(ID, PROMPT_TOKENS, REUSED_TOKENS, NEW_TOKENS, SECONDS).stream()
                    .map(PredictionColumn::key)
                    .map(schema::getType)
                    .toList();
            narrow.set(ReadSupport.PARQUET_READ_SCHEMA, new MessageType(schema.getName(), columns).toString());
        }
        List<RecordedRequest> rows = new ArrayList<>();
        try (ParquetReader<Group> reader = ParquetReader.builder(new GroupReadSupport(), part)
                .withConf(narrow)
                .build()) {
            for (Group row = reader.read(); row != null; row = reader.read()) {
                rows.add(new RecordedRequest(
                        row.getString(ID.key(), 0),
                        row.getInteger(PROMPT_TOKENS.key(), 0),
                        row.getInteger(REUSED_TOKENS.key(), 0),
                        row.getInteger(NEW_TOKENS.key(), 0),
                        row.getDouble(SECONDS.key(), 0)));
            }
        }
        return rows;
    }
}
