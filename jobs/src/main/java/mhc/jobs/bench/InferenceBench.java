package mhc.jobs.bench;

import static mhc.jobs.run.TextColumns.count;
import static mhc.jobs.run.TextColumns.name;
import static mhc.jobs.run.TextColumns.number;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mhc.datasets.Example;
import mhc.datasets.InputException;
import mhc.eval.Answer;
import mhc.eval.Request;
import mhc.eval.stats.Median;
import mhc.jobs.config.HadoopSettings;
import mhc.jobs.config.RunConfig;
import mhc.jobs.executor.ModelFolders;
import mhc.jobs.executor.PeakMemory;
import mhc.jobs.plan.ShardPlan;
import mhc.jobs.run.TextColumns;
import mhc.model.InferenceOptions;
import mhc.model.LanguageModel;
import mhc.model.Work;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.TokenCounter;
import mhc.model.engine.LanguageModels;

/** Measures how fast one model answers each benchmark's questions, without Spark. */
public final class InferenceBench implements AutoCloseable {
    private static final TextColumns TABLE = TextColumns.of(
            name("benchmark", 10),
            number("seconds", 8, "%.3f"),
            count("prompt", 9),
            count("prefill", 9),
            count("decode", 9),
            number("reused", 8, "%.1f%%"),
            number("padding", 8, "%.1f%%"),
            number("tok/s", 8, "%.0f"),
            number("prefill/s", 9, "%.0f"),
            number("decode/s", 9, "%.0f"));

    /** Where nothing is said of a benchmark. */
    private static final Sample DEFAULT = new Sample(16, 0);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final RunConfig config;
    private final int decode;
    private final int repeats;
    private final PrintWriter out;
    private final LanguageModel model;
    private final TokenCounter tokenizer;
    private final double loadSeconds;

    /**
     * Loads the configuration's first model.
     *
     * @param decode most tokens of a generation: each is as long as its gold answer, stop strings aside; 0 = as the
     *     benchmark asks
     * @param repeats of the measurement, after one that is not counted
     */
    public InferenceBench(RunConfig config, int decode, int repeats, PrintWriter out) {
        this.config = config;
        this.decode = decode;
        this.repeats = repeats;
        this.out = out;
        InferenceOptions options = options(config);
        Path folder = ModelFolders.localize(config.models().values().iterator().next(), HadoopSettings.current());
        long start = System.nanoTime();
        this.model = LanguageModels.open(folder, options);
        this.loadSeconds = (System.nanoTime() - start) / 1e9;
        this.tokenizer = TokenCounter.of(Checkpoint.open(folder));
    }

    /** Those of a configuration in a process that has no cluster: all cores, and the processor unless it says otherwise. */
    static InferenceOptions options(RunConfig config) {
        RunConfig.Inference inference = config.inference();
        int threads = inference.threads() > 0
                ? inference.threads()
                : Runtime.getRuntime().availableProcessors();
        return inference.options(List.of(inference.device().equals("auto") ? "cpu" : inference.device()), threads);
    }

    /**
     * Measures every benchmark of the configuration and prints a line for each.
     *
     * @param samples by benchmark
     * @param profile whether the engine's operations are profiled afterwards, in one more answer
     * @param answers file that receives every question and answer as a line of JSON, or null
     * @param summary file that receives every measurement as a line of JSON, or null
     */
    public void run(Map<String, Sample> samples, boolean profile, Path answers, Path summary) {
        out.printf("model loaded in %.2f s%n", loadSeconds);
        out.println(TABLE.header());
        List<String> answerLines = new ArrayList<>();
        List<String> summaryLines = new ArrayList<>();
        Map<String, InferenceProfile> profiles = new LinkedHashMap<>();
        for (ShardPlan.Planned planned : ShardPlan.of(config, HadoopSettings.current())) {
            String name = planned.benchmark().name();
            List<Question> questions = questions(planned, samples.getOrDefault(name, DEFAULT));
            double[] seconds = new double[repeats];
            double[] processor = new double[repeats];
            Answer[] found = new Answer[questions.size()];
            Work work = Work.NONE;
            for (int i = -1; i < repeats; i++) {
                long start = System.nanoTime();
                long startProcessor = processorNanos();
                work = model.answer(
                        questions.stream().map(Question::request).toList(), (at, answer) -> found[at] = answer);
                if (i >= 0) {
                    seconds[i] = (System.nanoTime() - start) / 1e9;
                    processor[i] = (processorNanos() - startProcessor) / 1e9;
                }
            }
            print(name, seconds, work);
            if (profile) {
                profiles.put(
                        name,
                        InferenceProfile.of(
                                model, questions.stream().map(Question::request).toList()));
            }
            summaryLines.add(summary(name, questions.size(), seconds, processor, work));
            for (int i = 0; i < found.length; i++) {
                answerLines.add(line(name, questions.get(i), found[i]));
            }
        }
        InferenceProfile.print(profiles, out);
        write(answers, answerLines);
        write(summary, summaryLines);
    }

    private List<Question> questions(ShardPlan.Planned planned, Sample sample) {
        return sample.of(planned).stream()
                .map(question -> decode > 0 && question.request() instanceof Request.Generate generate
                        ? new Question(question.example(), forced(generate, question.example(), planned))
                        : question)
                .toList();
    }

    private Request forced(Request.Generate request, Example example, ShardPlan.Planned planned) {
        String gold = goldText(example, planned);
        int tokens = Math.max(1, Math.min(decode, tokenizer.count(gold)));
        return new Request.Generate(request.context(), List.of(), tokens);
    }

    /** The worked answer where there is one, else the first accepted one. */
    private static String goldText(Example example, ShardPlan.Planned planned) {
        if (!example.worked().isEmpty()) {
            return example.worked();
        }
        Answer nothing = new Answer.Text("", Answer.Stop.LENGTH, Answer.Usage.NONE);
        return planned.benchmark().score(example, nothing).gold().stream()
                .findFirst()
                .orElse("");
    }

    private void print(String name, double[] seconds, Work work) {
        double median = Median.of(seconds);
        long fed = work.prefilledTokens() + work.decodedTokens();
        out.println(TABLE.line(
                name,
                median,
                work.promptTokens(),
                work.prefilledTokens(),
                work.decodedTokens(),
                100.0 * work.reusedTokens() / Math.max(1, work.promptTokens()),
                100.0 * work.paddingTokens() / Math.max(1, fed),
                (work.promptTokens() + work.decodedTokens()) / median,
                work.prefilledTokens() / Math.max(1e-9, work.prefillSeconds()),
                work.decodedTokens() / Math.max(1e-9, work.decodeSeconds())));
        out.flush();
    }

    private String summary(String name, int examples, double[] seconds, double[] processor, Work work) {
        ObjectNode json = JSON.createObjectNode().put("benchmark", name).put("examples", examples);
        Arrays.stream(seconds).forEach(json.putArray("seconds")::add);
        Arrays.stream(processor).forEach(json.putArray("processor_seconds")::add);
        json.put("load_seconds", loadSeconds);
        json.set("work", JSON.valueToTree(work));
        json.put("peak_bytes", PeakMemory.bytes());
        return text(json);
    }

    private static String line(String benchmark, Question question, Answer answer) {
        ObjectNode json = JSON.createObjectNode()
                .put("benchmark", benchmark)
                .put("id", question.example().id())
                .put("context", question.request().context());
        if (question.request() instanceof Request.Choice choice) {
            choice.continuations().forEach(json.putArray("continuations")::add);
        } else if (question.request() instanceof Request.Generate generate) {
            json.put("max_tokens", generate.maxTokens());
            generate.stops().forEach(json.putArray("stops")::add);
        }
        if (answer instanceof Answer.Scores scores) {
            ArrayNode likelihoods = json.putArray("loglikelihoods");
            ArrayNode greedy = json.putArray("greedy");
            scores.scores().forEach(score -> {
                likelihoods.add(score.logLikelihood());
                greedy.add(score.greedy());
            });
        } else if (answer instanceof Answer.Text generated) {
            json.put("text", generated.text());
        } else if (answer instanceof Answer.Failed failed) {
            json.put("failed", failed.reason());
        }
        return text(json);
    }

    private static String text(ObjectNode json) {
        try {
            return JSON.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, List<String> lines) {
        if (file == null) {
            return;
        }
        try {
            Files.write(file, lines, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new InputException(
                    "File " + file + " cannot be written (" + e.getMessage() + "): give a writable path.", e);
        }
    }

    /** Of all threads of this process: what counts on a machine that others use too. */
    private static long processorNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }

    @Override
    public void close() {
        tokenizer.close();
        model.close();
    }
}
