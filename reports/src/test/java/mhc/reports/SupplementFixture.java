package mhc.reports;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Writes invented gains, a training curve beside a run's predictions, and its manifest. */
final class SupplementFixture {
    private static final StructType STEP = new StructType()
            .add("model", DataTypes.StringType)
            .add("step", DataTypes.LongType)
            .add("loss", DataTypes.DoubleType)
            .add("gradient_norm", DataTypes.DoubleType);

    private SupplementFixture() {}

    static void write(Path run, String model) {
        try {
            Files.createDirectories(run.resolve("stability"));
            Files.writeString(run.resolve("stability/" + model + ".json"), """
                    {"tokens": 9, "sites": [
                      {"site": "0.attn", "single_forward": {"mean": 1.5, "max": 2}, "single_backward": {"mean": 1.25, "max": 2},
                       "composite_forward": {"mean": 1.5, "max": 2}, "composite_backward": {"mean": 1.25, "max": 2}},
                      {"site": "0.ffn", "single_forward": {"mean": 2, "max": 2}, "single_backward": {"mean": 1, "max": 2},
                       "composite_forward": {"mean": 30, "max": 40}, "composite_backward": {"mean": 3, "max": 4}}]}
                    """);
            Files.writeString(run.resolve("manifest.json"), """
                    {"name": "pages", "baseline": "baseline", "device": "cpu", "work": [
                      {"model": "hc", "benchmark": "mmlu", "prompt_tokens": 3000, "reused_tokens": 1500, "decoded_tokens": 0,
                       "load_seconds": 0, "tokenise_seconds": 0.5, "prefill_seconds": 2.5, "decode_seconds": 0},
                      {"model": "hc", "benchmark": "gsm8k", "prompt_tokens": 1000, "reused_tokens": 500, "decoded_tokens": 2000,
                       "load_seconds": 0, "tokenise_seconds": 0, "prefill_seconds": 1, "decode_seconds": 2}],
                     "notes": ["invented"]}
                    """);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Row> steps = LongStream.range(0, 1000)
                .mapToObj(step -> RowFactory.create(model, step, 6 / (1 + step / 100.0), 1.0))
                .toList();
        TestSpark.SESSION
                .createDataFrame(steps, STEP)
                .repartition(1)
                .write()
                .parquet(run.resolve("training/" + model + ".parquet").toString());
    }
}
