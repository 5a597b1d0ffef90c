package mhc.jobs.bench;

import static mhc.jobs.run.TextColumns.count;
import static mhc.jobs.run.TextColumns.name;
import static mhc.jobs.run.TextColumns.number;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import mhc.eval.Answer;
import mhc.eval.Benchmark;
import mhc.jobs.config.HadoopSettings;
import mhc.jobs.config.RunConfig;
import mhc.jobs.executor.ModelFolders;
import mhc.jobs.plan.ShardPlan;
import mhc.jobs.run.TextColumns;
import mhc.model.LanguageModel;
import mhc.model.engine.LanguageModels;
import mhc.model.engine.MostLikelyTokens;

/** What answers in bfloat16 lose against those in float32, by model and benchmark. */
public final class FidelityBench {
    private static final String FULL = "float32";
    private static final String HALF = "bfloat16";

    private static final TextColumns TABLE = TextColumns.of(
            name("model", 10),
            name("benchmark", 10),
            count("questions", 9),
            number("top-1", 8, "%.2f%%"),
            number("LL error", 9, "%.4f"),
            number("largest", 9, "%.4f"),
            number("texts", 7, "%s"),
            number(FULL, 8, "%.1f"),
            number(HALF, 8, "%.1f"),
            number("changed", 7, "%d"));

    private final RunConfig config;
    private final Map<Benchmark, List<Question>> questions = new LinkedHashMap<>();
    private final PrintWriter out;

    /** @param samples by benchmark; all of those that are not named */
    public FidelityBench(RunConfig config, Map<String, Sample> samples, PrintWriter out) {
        this.config = config;
        this.out = out;
        for (ShardPlan.Planned planned : ShardPlan.of(config, HadoopSettings.current())) {
            Benchmark benchmark = planned.benchmark();
            questions.put(
                    benchmark,
                    samples.getOrDefault(benchmark.name(), Sample.ALL).of(planned));
        }
    }

    /** Asks every model of the configuration in both types, one after the other, and prints a line for each benchmark. */
    public void run() {
        out.println(TABLE.header());
        config.models().forEach((model, location) -> {
            Path folder = ModelFolders.localize(location, HadoopSettings.current());
            Map<Benchmark, Agreement.Observed> full = observed(folder, FULL);
            Map<Benchmark, Agreement.Observed> half = observed(folder, HALF);
            questions
                    .keySet()
                    .forEach(benchmark ->
                            print(model, benchmark.name(), Agreement.of(full.get(benchmark), half.get(benchmark))));
            out.flush();
        });
    }

    private Map<Benchmark, Agreement.Observed> observed(Path folder, String type) {
        Map<Benchmark, Agreement.Observed> observed = new LinkedHashMap<>();
        try (LanguageModel model =
                LanguageModels.open(folder, InferenceBench.options(config).withDtype(type))) {
            questions.forEach((benchmark, asked) -> observed.put(benchmark, observed(model, benchmark, asked)));
        }
        return observed;
    }

    private static Agreement.Observed observed(LanguageModel model, Benchmark benchmark, List<Question> questions) {
        Answer[] answers = new Answer[questions.size()];
        model.answer(questions.stream().map(Question::request).toList(), (at, answer) -> answers[at] = answer);
        List<int[]> tokens = new ArrayList<>();
        questions.forEach(question ->
                tokens.add(MostLikelyTokens.of(model, question.request().context())));
        double[] metrics = IntStream.range(0, answers.length)
                .mapToDouble(i -> metric(benchmark, questions.get(i), answers[i]))
                .toArray();
        return new Agreement.Observed(Arrays.asList(answers), tokens, metrics);
    }

    /** 0 for an answer that there is not, as in a run. */
    private static double metric(Benchmark benchmark, Question question, Answer answer) {
        return answer instanceof Answer.Failed
                ? 0
                : benchmark
                        .score(question.example(), answer)
                        .metrics()
                        .get(benchmark.headline().key());
    }

    private void print(String model, String benchmark, Agreement found) {
        out.println(TABLE.line(
                model,
                benchmark,
                found.questions(),
                100.0 * found.sameTokens() / found.positions(),
                orNone(found.meanError()),
                orNone(found.largestError()),
                found.texts() == 0 ? "-" : found.sameTexts() + "/" + found.texts(),
                100 * found.score(),
                100 * found.otherScore(),
                found.changed()));
    }

    private static Object orNone(double value) {
        return Double.isNaN(value) ? "-" : (Object) value;
    }
}
