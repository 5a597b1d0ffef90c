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

/**
 * What one answer of a finished run took.
 *
 * @param reusedTokens of the prompt, read for another request
 * @param newTokens generated, or scored
 * @param seconds from the beginning of its shard to the answer
 */
public record RecordedRequest(String id, int promptTokens, int reusedTokens, int newTokens, double seconds) {

    /**
     * A model's answers to a benchmark, by part file and in its order.
     *
     * @throws InputException when there are none, or a file cannot be read
     */
    public static List<List<RecordedRequest>> read(String run, String model, String benchmark, Configuration hadoop) {
        RunDirectory directory = RunDirectory.at(run, hadoop);
        List<List<RecordedRequest>> parts = new ArrayList<>();
        for (int shard : directory.committed(model, benchmark)) {
            Path part = directory.part(model, benchmark, shard);
            try {
                parts.add(rows(part, hadoop));
            } catch (IOException | RuntimeException e) { // Parquet throws many kinds at bytes that are not its own
                throw new InputException(
                        part + " cannot be read (" + e.getMessage() + "): see mhc-eval status --verify on its run", e);
            }
        }
        if (parts.isEmpty()) {
            throw new InputException("Run " + directory.root() + " has no answers of model " + model + " to "
                    + benchmark + ": give a finished run of this configuration to --recorded");
        }
        return parts;
    }

    private static List<RecordedRequest> rows(Path part, Configuration hadoop) throws IOException {
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
