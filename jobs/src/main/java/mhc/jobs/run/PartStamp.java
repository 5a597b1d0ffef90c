package mhc.jobs.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import mhc.datasets.ParquetFiles;
import mhc.datasets.Sha256;
import mhc.eval.Prediction;
import mhc.eval.PredictionColumn;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;

/**
 * What the rows of a part file came from. It stands in the key-value metadata of the file's Parquet footer.
 *
 * @param shard SHA-256 (hex) over the ids and request hashes of the rows, in order
 * @param rows number of rows
 * @param content SHA-256 (hex) over every column of every row
 */
record PartStamp(PartOrigin origin, String shard, int rows, String content) {
    private static final String PREFIX = "mhc-eval.";

    static PartStamp of(PartOrigin origin, List<Prediction> predictions) {
        MessageDigest shard = Sha256.digest();
        MessageDigest content = Sha256.digest();
        for (Prediction row : predictions) {
            feed(shard, row.id());
            feed(shard, row.requestHash());
            for (PredictionColumn column : PredictionColumn.values()) {
                feed(content, text(column.of(row)));
            }
        }
        return new PartStamp(origin, Sha256.hex(shard), predictions.size(), Sha256.hex(content));
    }

    /** With its length, so that no two different sequences of texts are the same bytes. */
    private static void feed(MessageDigest digest, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(4).putInt(utf8.length).flip());
        digest.update(utf8);
    }

    /** Every element with its length, maps in the order of their keys. */
    private static String text(Object value) {
        StringBuilder text = new StringBuilder();
        if (value instanceof Map<?, ?> map) {
            new TreeMap<>(map).forEach((key, element) -> append(append(text, key), element));
        } else if (value instanceof List<?> list) {
            list.forEach(element -> append(text, element));
        } else {
            append(text, value);
        }
        return text.toString();
    }

    private static StringBuilder append(StringBuilder text, Object element) {
        String string = String.valueOf(element);
        return text.append(string.length()).append(':').append(string);
    }

    Map<String, String> metadata() {
        return Map.of(
                PREFIX + "run", origin.source().run(),
                PREFIX + "model", origin.source().model(),
                PREFIX + "build", origin.source().build(),
                PREFIX + "part", origin.part(),
                PREFIX + "host", origin.host(),
                PREFIX + "device", origin.device(),
                PREFIX + "shard", shard,
                PREFIX + "rows", Integer.toString(rows),
                PREFIX + "content", content);
    }

    /**
     * Reads a part file's stamp from its footer.
     *
     * @return empty where the footer holds none
     * @throws IOException when the file is missing or not whole
     */
    static Optional<PartStamp> read(Configuration hadoop, Path file) throws IOException {
        try (ParquetFileReader reader = ParquetFiles.open(file, hadoop)) {
            Map<String, String> found = reader.getFileMetaData().getKeyValueMetaData();
            if (!found.containsKey(PREFIX + "run")) {
                return Optional.empty();
            }
            PartOrigin.Source source = new PartOrigin.Source(
                    found.get(PREFIX + "run"), found.get(PREFIX + "model"), found.get(PREFIX + "build"));
            PartOrigin origin = new PartOrigin(
                    source,
                    found.get(PREFIX + "part"),
                    found.getOrDefault(PREFIX + "host", ""),
                    found.getOrDefault(PREFIX + "device", ""));
            return Optional.of(new PartStamp(
                    origin,
                    found.get(PREFIX + "shard"),
                    Integer.parseInt(found.getOrDefault(PREFIX + "rows", "-1")),
                    found.get(PREFIX + "content")));
        } catch (RuntimeException e) { // how Parquet says that a file is not one
            throw new IOException(e.getMessage(), e);
        }
    }
}
