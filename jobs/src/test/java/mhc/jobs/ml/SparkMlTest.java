package mhc.jobs.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import mhc.datasets.InputException;
import mhc.datasets.Samples;
import mhc.eval.Answer;
import mhc.jobs.config.RunConfig;
import mhc.jobs.config.RunConfigReader;
import mhc.jobs.config.Settings;
import mhc.jobs.driver.Evaluation;
import mhc.jobs.driver.LocalSpark;
import mhc.model.checkpoint.TinyCheckpoints;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Spark ML stages against a run on the same questions, their files, and what they say of columns that do not fit. */
class SparkMlTest {
    @TempDir
    private static Path folder;

    private static RunConfig config;

    private final SparkSession spark = LocalSpark.session();

    @BeforeAll
    static void evaluate() {
        Samples.copyTo(folder.resolve("data"));
        TinyCheckpoints.write(folder.resolve("mhc"), "mhc", 1);
        Settings settings = Settings.parse("{name: test, benchmarks: [piqa, gsm8k, mmlu], shots: {gsm8k: 2, mmlu: 1}}");
        settings.put("data", folder.resolve("data").toString());
        settings.assign("models.mhc=" + folder.resolve("mhc"));
        settings.put("out", folder.resolve("run").toString());
        config = RunConfigReader.read(settings);
        Evaluation.run(config, LocalSpark.session(), new PrintStream(new ByteArrayOutputStream()));
    }

    private BenchmarkQuestions questions(String benchmark) {
        return BenchmarkQuestions.of(spark, config, benchmark);
    }

    private static LanguageModelTransformer asking(BenchmarkQuestions questions) {
        return questions.transformer().setModel(folder.resolve("mhc").toString());
    }

    private List<Row> predictions(String benchmark, String... columns) {
        return spark.read()
                .parquet(folder.resolve("run/predictions/model=mhc/benchmark=" + benchmark)
                        .toString())
                .selectExpr(columns)
                .orderBy("id")
                .collectAsList();
    }

    private double reported(String benchmark, String metric, String filter) {
        return spark.read()
                .parquet(folder.resolve("run/scores").toString())
                .where("benchmark = '%s' and task = '' and metric = '%s' and filter = '%s'"
                        .formatted(benchmark, metric, filter))
                .first()
                .getAs("value");
    }

    @Test
    void generatedTextsAreThoseOfTheRun() {
        BenchmarkQuestions questions = questions("gsm8k");
        Dataset<Row> answers = asking(questions).transform(questions.rows()).cache();

        assertThat(answers.select(
                                "id",
                                "context",
                                "answer.text",
                                "answer.stop",
                                "answer.truncated",
                                "answer.prompt_tokens",
                                "answer.reused_tokens",
                                "answer.new_tokens")
                        .orderBy("id")
                        .collectAsList())
                .isNotEmpty()
                .isEqualTo(predictions(
                        "gsm8k",
                        "id",
                        "context",
                        "raw",
                        "stop",
                        "truncated",
                        "prompt_tokens",
                        "reused_tokens",
                        "new_tokens"));
        assertThat(questions.evaluator().evaluate(answers)).isEqualTo(reported("gsm8k", "exact_match", "none"));
        assertThat(questions.evaluator().setMetric("exact_match,robust").evaluate(answers))
                .isEqualTo(reported("gsm8k", "exact_match", "robust"));
        assertThatThrownBy(() -> questions.evaluator().setMetric("bleu").evaluate(answers))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("gsm8k has no metric bleu")
                .hasMessageContaining("exact_match, exact_match,robust");
    }

    @ParameterizedTest
    @ValueSource(strings = {"piqa", "mmlu"})
    void choicesAreThoseOfTheRun(String benchmark) {
        BenchmarkQuestions questions = questions(benchmark);
        LanguageModelTransformer asking = asking(questions);
        Dataset<Row> answers = asking.transform(questions.rows()).cache();

        assertThat(answers.select("id", "answer.scores.loglikelihood", "answer.scores.tokens", "answer.failure")
                        .orderBy("id")
                        .collectAsList())
                .isNotEmpty()
                .isEqualTo(predictions(benchmark, "id", "loglikelihoods", "tokens", "nullif(reason, '')"));
        double score = reported(benchmark, "acc", "none");
        assertThat(questions.evaluator().evaluate(answers)).isEqualTo(score).isPositive();
        assertThat(questions.evaluator().isLargerBetter()).isTrue();
    }

    @Test
    void stagesAreSavedAndLoadedWithTheirParams() throws Exception {
        BenchmarkQuestions questions = questions("gsm8k");
        LanguageModelTransformer asking =
                asking(questions).setMaxTokens(5).setMaxBatchTokens(512).setThreads(1);
        String saved = folder.resolve("saved").toString();
        new Pipeline()
                .setStages(new PipelineStage[] {asking})
                .write()
                .overwrite()
                .save(saved + "/pipeline");

        PipelineModel fitted = Pipeline.load(saved + "/pipeline").fit(questions.rows());
        fitted.write().overwrite().save(saved + "/model");
        PipelineModel loaded = PipelineModel.load(saved + "/model");

        LanguageModelTransformer stage = (LanguageModelTransformer) loaded.stages()[0];
        assertThat(stage.uid()).isEqualTo(asking.uid());
        assertThat(params(stage))
                .isEqualTo(params(asking))
                .contains("maxTokens: most tokens to generate (default: 256, current: 5)");
        assertThat(stage.getOrDefault(stage.stops())).containsExactly("\nQ:");
        assertThat(loaded.transform(questions.rows()).collectAsList())
                .isEqualTo(asking.transform(questions.rows()).collectAsList());

        BenchmarkEvaluator evaluator = questions.evaluator().setMetric("exact_match,robust");
        evaluator.write().overwrite().save(saved + "/evaluator");
        assertThat(BenchmarkEvaluator.load(saved + "/evaluator").explainParams())
                .isEqualTo(evaluator.explainParams());
    }

    /** Each needs the device for itself, within one task. */
    @Test
    @Timeout(180)
    void twoModelsAnswerInOnePipeline() {
        TinyCheckpoints.write(folder.resolve("plain"), "none", 1);
        BenchmarkQuestions questions = questions("piqa");
        LanguageModelTransformer first = asking(questions).setOutputCol("first");
        LanguageModelTransformer second =
                asking(questions).setModel(folder.resolve("plain").toString()).setOutputCol("second");

        Dataset<Row> both = new Pipeline()
                .setStages(new PipelineStage[] {first, second})
                .fit(questions.rows())
                .transform(questions.rows());

        assertThat(both.select("first.scores").collectAsList())
                .isEqualTo(
                        first.transform(questions.rows()).select("first.scores").collectAsList());
        assertThat(both.select("second.scores").collectAsList())
                .isEqualTo(second.transform(questions.rows())
                        .select("second.scores")
                        .collectAsList())
                .isNotEqualTo(both.select("first.scores").collectAsList());
        MapFunction<Row, Integer> scores =
                row -> row.<Row>getAs("second").getList(1).size();
        assertThat(both.map(scores, Encoders.INT()).collectAsList()).containsOnly(2);
    }

    @Test
    void aCopyHasParamsOfItsOwn() {
        LanguageModelTransformer asking = new LanguageModelTransformer().setMaxTokens(5);

        LanguageModelTransformer copy =
                asking.copy(new ParamMap().put(asking.maxTokens().w(7)));

        assertThat(copy.uid()).isEqualTo(asking.uid());
        assertThat(copy.getOrDefault(copy.maxTokens())).isEqualTo(7);
        assertThat(asking.getOrDefault(asking.maxTokens())).isEqualTo(5);
    }

    @Test
    void columnsThatDoNotFitAreRefusedBeforeAnythingRuns() {
        StructType schema = new StructType()
                .add("prompt", DataTypes.StringType)
                .add("number", DataTypes.IntegerType)
                .add("Answer", DataTypes.StringType);
        LanguageModelTransformer asking = new LanguageModelTransformer();

        assertThatThrownBy(() -> asking.transformSchema(schema))
                .isInstanceOf(InputException.class)
                .hasMessage("There is no column context among prompt, number, Answer: set inputCol to one of these, or"
                        + " add it");
        assertThatThrownBy(() -> asking.setInputCol("number").transformSchema(schema))
                .isInstanceOf(InputException.class)
                .hasMessage("Column number is of type int, but inputCol takes string: name another column or cast it");
        assertThatThrownBy(() -> asking.setInputCol("prompt").transformSchema(schema))
                .isInstanceOf(InputException.class)
                .hasMessage("Column answer is there already: set outputCol to another name, or drop it first");
        asking.setOutputCol("said").setRequestKind("choose").setContinuationsCol("prompt");
        assertThatThrownBy(() -> asking.transformSchema(schema))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Column prompt is of type string, but continuationsCol takes array<string>");
        assertThat(asking.setRequestKind("generate").transformSchema(schema).fieldNames())
                .containsExactly("prompt", "number", "Answer", "said");
        Dataset<Row> prompts =
                spark.createDataset(List.of("a"), Encoders.STRING()).toDF("prompt");
        assertThatThrownBy(() -> asking.transform(prompts))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("No model is set");
        assertThatThrownBy(() -> asking.setModel(folder + "/nowhere").transform(prompts))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(folder + "/nowhere");
        assertThatThrownBy(() -> asking.setRequestKind("guess")).hasMessageContaining("requestKind");
    }

    @Test
    void aRowWithoutARequestIsNamed() {
        Dataset<Row> prompts =
                spark.createDataset(Arrays.asList("a", null), Encoders.STRING()).toDF("prompt");

        assertThatThrownBy(() -> new LanguageModelTransformer()
                        .setModel(folder.resolve("mhc").toString())
                        .setInputCol("prompt")
                        .transform(prompts)
                        .collectAsList())
                .isInstanceOf(SparkException.class)
                .hasStackTraceContaining("Column prompt holds null in a row");
    }

    @Test
    void answersOfAnyOriginAreScored() {
        List<Row> rows = new ArrayList<>();
        String example = "{\"id\": \"mine/%d\", \"question\": \"?\", \"answer\": \"#### %d\"}";
        rows.add(RowFactory.create(example.formatted(0, 7), text("The answer is 7.")));
        rows.add(RowFactory.create(example.formatted(1, 8), text("The answer is 7.")));
        rows.add(RowFactory.create(
                example.formatted(2, 7),
                AnswerColumn.row(RequestKind.GENERATE, new Answer.Failed(Answer.Cause.TIME_LIMIT, "no answer"))));
        Dataset<Row> answers = answers(rows, RequestKind.GENERATE);
        BenchmarkEvaluator evaluator = new BenchmarkEvaluator().setBenchmark("gsm8k");

        assertThat(evaluator.evaluate(answers)).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(evaluator
                        .setProtocol("lm-eval")
                        .setMetric("exact_match,flexible-extract")
                        .evaluate(answers))
                .isCloseTo(1 / 3.0, within(1e-12));
        assertThatThrownBy(() -> evaluator.evaluate(answers.limit(0)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no metric");
        assertThatThrownBy(() -> evaluator.setMetric("").evaluate(answers.limit(0)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("There is no row to score by gsm8k");
        assertThatThrownBy(() -> new BenchmarkEvaluator().evaluate(answers))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("No benchmark is set");
        assertThatThrownBy(() -> evaluator.setAnswerCol("example").evaluate(answers))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Column example is of type string, which no answer has");
        assertThatThrownBy(() -> new BenchmarkEvaluator().setBenchmark("piqa").evaluate(answers))
                .hasStackTraceContaining("Column example does not hold an example of piqa");
    }

    @Test
    void answersOfTheOtherKindAreRefused() {
        Answer scores = new Answer.Scores(List.of(new Answer.Score(-1, 1, 1, false)), Answer.Usage.NONE);
        Dataset<Row> answers = answers(
                List.of(RowFactory.create(
                        "{\"id\": \"mine/0\", \"question\": \"?\", \"answer\": \"#### 7\"}",
                        AnswerColumn.row(RequestKind.CHOOSE, scores))),
                RequestKind.CHOOSE);

        assertThatThrownBy(() -> new BenchmarkEvaluator().setBenchmark("gsm8k").evaluate(answers))
                .hasStackTraceContaining("The answers are to requests of kind choose, but gsm8k under protocol paper"
                        + " asks for kind generate");
    }

    /** All but the one whose values print as what they are not. */
    private static List<String> params(LanguageModelTransformer stage) {
        return Stream.of(stage.params())
                .filter(param -> !param.equals(stage.stops()))
                .map(stage::explainParam)
                .toList();
    }

    private static Row text(String text) {
        return AnswerColumn.row(
                RequestKind.GENERATE, new Answer.Text(text, Answer.Stop.END_OF_TEXT, Answer.Usage.NONE));
    }

    private Dataset<Row> answers(List<Row> rows, RequestKind kind) {
        return spark.createDataFrame(
                rows, new StructType().add("example", DataTypes.StringType).add("answer", AnswerColumn.type(kind)));
    }
}
