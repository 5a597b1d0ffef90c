package mhc.jobs.run;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import mhc.eval.Prediction;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Writes one shard's predictions as one Parquet file that appears whole; its appearance is the commit. */
public final class PredictionFile {
    private static final MessageType SCHEMA = MessageTypeParser.parseMessageType(Prediction.PARQUET_SCHEMA);

    private PredictionFile() {}

    /**
     * Writes {@code predictions} to {@code target}. On a file system with renames the rows go to a hidden sibling first; on
     * an object store closing the stream is the single PUT that makes the file appear. Two attempts that race write the
     * same rows, so whichever comes last does no harm.
     *
     * @param attempt tells concurrent attempts at the same shard apart
     */
    public static void write(Configuration hadoop, Path target, long attempt, List<Prediction> predictions)
            throws IOException {
        FileSystem files = target.getFileSystem(hadoop);
        if (isObjectStore(files)) {
            writeRows(hadoop, target, predictions);
            return;
        }
        Path hidden = new Path(target.getParent(), "." + target.getName() + "." + attempt + ".tmp");
        try {
            writeRows(hadoop, hidden, predictions);
            if (!files.rename(hidden, target) && !files.exists(target)) {
                throw new IOException("cannot rename " + hidden + " to " + target);
            }
        } finally {
            files.delete(hidden, false);
        }
    }

    private static boolean isObjectStore(FileSystem files) {
        return switch (files.getScheme()) {
            case "s3a", "s3", "s3n", "gs", "oss", "cosn", "obs", "wasb", "wasbs" -> true;
            default -> false;
        };
    }

    private static void writeRows(Configuration hadoop, Path path, List<Prediction> predictions) throws IOException {
        try (ParquetWriter<Prediction> writer = new Builder(HadoopOutputFile.fromPath(path, hadoop))
                .withConf(hadoop)
                .withCompressionCodec(CompressionCodecName.ZSTD)
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .build()) {
            for (Prediction prediction : predictions) {
                writer.write(prediction);
            }
        }
    }

    private static final class Builder extends ParquetWriter.Builder<Prediction, Builder> {
        Builder(OutputFile file) {
            super(file);
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        @SuppressWarnings("deprecation") // still abstract, although its successor is what is called
        protected WriteSupport<Prediction> getWriteSupport(Configuration hadoop) {
            return new Rows();
        }
    }

    /** Lays a prediction out as {@link Prediction#PARQUET_SCHEMA} names its columns. */
    private static final class Rows extends WriteSupport<Prediction> {
        private RecordConsumer out;

        @Override
        @SuppressWarnings("deprecation") // still abstract, although its successor is what is called
        public WriteContext init(Configuration hadoop) {
            return new WriteContext(SCHEMA, Map.of());
        }

        @Override
        public void prepareForWrite(RecordConsumer consumer) {
            out = consumer;
        }

        @Override
        public void write(Prediction p) {
            out.startMessage();
            text("id", p.id());
            text("task", p.task());
            text("cluster", p.cluster());
            text("protocol", p.protocol());
            text("version", p.version());
            field("shots", () -> out.addInteger(p.shots()));
            text("request_hash", p.requestHash());
            text("context", p.context());
            list("continuations", p.continuations(), this::add);
            list("loglikelihoods", p.logLikelihoods(), out::addDouble);
            list("tokens", p.tokens(), out::addInteger);
            text("raw", p.raw());
            map("extracted", p.extracted(), this::add);
            list("gold", p.gold(), this::add);
            map("metrics", p.metrics(), out::addDouble);
            text("status", p.status());
            text("reason", p.failure());
            field("truncated", () -> out.addBoolean(p.truncated()));
            text("stop", p.stop());
            text("kernels", p.kernels());
            field("prompt_tokens", () -> out.addInteger(p.promptTokens()));
            field("reused_tokens", () -> out.addInteger(p.reusedTokens()));
            field("new_tokens", () -> out.addInteger(p.newTokens()));
            field("seconds", () -> out.addDouble(p.seconds()));
            out.endMessage();
        }

        private void add(String text) {
            out.addBinary(Binary.fromString(text));
        }

        private void text(String name, String value) {
            field(name, () -> add(value));
        }

        private <T> void list(String name, List<T> values, Consumer<T> add) {
            group(
                    name,
                    () -> repeated(
                            "list", values, value -> inGroup(() -> field(0, "element", () -> add.accept(value)))));
        }

        private <V> void map(String name, Map<String, V> values, Consumer<V> add) {
            // Sorted, so that equal maps are equal bytes.
            group(
                    name,
                    () -> repeated(
                            "key_value",
                            new TreeMap<>(values).entrySet(),
                            entry -> inGroup(() -> {
                                field(0, "key", () -> add(entry.getKey()));
                                field(1, "value", () -> add.accept(entry.getValue()));
                            })));
        }

        private <T> void repeated(String name, Iterable<T> values, Consumer<T> add) {
            if (values.iterator().hasNext()) {
                field(0, name, () -> values.forEach(add));
            }
        }

        private void group(String name, Runnable content) {
            field(name, () -> inGroup(content));
        }

        private void inGroup(Runnable content) {
            out.startGroup();
            content.run();
            out.endGroup();
        }

        private void field(String name, Runnable content) {
            field(SCHEMA.getFieldIndex(name), name, content);
        }

        private void field(int index, String name, Runnable content) {
            out.startField(name, index);
            content.run();
            out.endField(name, index);
        }
    }
}
