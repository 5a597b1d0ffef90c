package mhc.jobs.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import mhc.datasets.InputException;
import mhc.datasets.Reason;
import mhc.datasets.Sha256;
import mhc.eval.Prediction;
import mhc.eval.PredictionColumn;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * All prediction rows of a run in one hash: of every column but the time taken, in sorted order, so that it does not
 * matter how the rows are divided among parts.
 *
 * @param parts files
 * @param rows in them
 * @param hash SHA-256 (hex)
 */
public record RowHash(int parts, int rows, String hash) {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    /** @throws InputException when a part cannot be read */
    public static RowHash of(String run, Configuration hadoop) {
        List<Path> parts = RunDirectory.at(run, hadoop).parts();
        List<String> lines = new ArrayList<>();
        for (Path part : parts) {
            String benchmark = part.getParent().getName();
            String model = part.getParent().getParent().getName();
            try {
                for (Prediction row : PredictionRows.read(hadoop, part)) {
                    lines.add(line(model, benchmark, row));
                }
            } catch (IOException | RuntimeException e) { // Parquet throws many kinds at foreign bytes
                throw new InputException(
                        part + " cannot be read (" + Reason.root(e) + "): start its run again, which makes it anew", e);
            }
        }
        Collections.sort(lines);
        MessageDigest sha = Sha256.digest();
        lines.forEach(line -> sha.update(Sha256.of(line).getBytes(StandardCharsets.US_ASCII)));
        return new RowHash(parts.size(), lines.size(), Sha256.hex(sha));
    }

    private static String line(String model, String benchmark, Prediction row) throws JsonProcessingException {
        List<Object> values = new ArrayList<>(List.of(model, benchmark));
        for (PredictionColumn column : PredictionColumn.values()) {
            if (column != PredictionColumn.SECONDS) {
                values.add(column.of(row));
            }
        }
        return JSON.writeValueAsString(values);
    }
}
