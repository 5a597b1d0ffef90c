package mhc.jobs.driver;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import mhc.datasets.Samples;
import mhc.jobs.config.RunConfigReader;
import mhc.jobs.config.Settings;
import mhc.model.checkpoint.TinyCheckpoints;

/** Runs of two untrained models on three examples of two of the bundled samples. */
final class SampleRuns {
    private SampleRuns() {}

    /** Data and models. */
    static void writeInputs(Path inputs) throws IOException {
        Samples.copyTo(inputs.resolve("data"));
        TinyCheckpoints.write(inputs.resolve("plain"), "none", 1);
        Files.writeString(inputs.resolve("plain/generation_config.json"), "{\"repetition_penalty\": 1.1}");
        TinyCheckpoints.write(inputs.resolve("mhc"), "mhc", 1);
    }

    static Settings settings(Path inputs, Path out) {
        Settings settings = Settings.parse("{name: test, benchmarks: [piqa, gsm8k], limit: 3, shots: {gsm8k: 2}}");
        settings.put("data", inputs.resolve("data").toString());
        settings.assign("models.plain=" + inputs.resolve("plain"));
        settings.assign("models.mhc=" + inputs.resolve("mhc"));
        settings.put("out", out.toString());
        return settings;
    }

    static Evaluation.Result run(Settings settings, boolean retryFailed, OutputStream progress) {
        return Evaluation.run(
                RunConfigReader.read(settings),
                LocalSpark.session(),
                new Evaluation.Mode(retryFailed, false),
                new PrintStream(progress, true, StandardCharsets.UTF_8));
    }

    static String results(String report) {
        return report.substring(0, report.indexOf("## Models"));
    }
}
