package mhc.jobs.ml;

import mhc.datasets.InputException;
import mhc.eval.Benchmark;
import mhc.eval.BenchmarkTally;
import mhc.eval.MetricName;
import mhc.eval.ScoreRow;
import mhc.eval.protocol.Protocols;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Scores a column of answers by a benchmark under a protocol: the mean of one of its metrics over all rows, 0 to 1, a
 * failed answer counting 0, as the report of a run has it.
 */
public final class BenchmarkEvaluator extends Evaluator implements DefaultParamsWritable {
    private static final long serialVersionUID = 1L;

    private final String uid;
    private final Param<String> protocol;
    private final Param<String> benchmark;
    private final Param<String> metric;
    private final Param<String> answerCol;
    private final Param<String> exampleCol;

    public BenchmarkEvaluator() {
        this(Identifiable$.MODULE$.randomUID("benchmarkEvaluator"));
    }

    public BenchmarkEvaluator(String uid) {
        this.uid = uid;
        protocol = text("protocol", "paper or lm-eval");
        benchmark = text("benchmark", "name of the benchmark under that protocol");
        metric = text("metric", "such as acc_norm, or exact_match,robust; empty: the benchmark's headline");
        answerCol = text("answerCol", "column of answers, as LanguageModelTransformer makes them");
        exampleCol = text("exampleCol", "column of examples as JSON, as BenchmarkQuestions makes them");
        setDefault(protocol, "paper");
        setDefault(metric, "");
        setDefault(answerCol, LanguageModelTransformer.OUTPUT);
        setDefault(exampleCol, "example");
    }

    private Param<String> text(String name, String doc) {
        return new Param<>(uid, name, doc, String.class);
    }

    @Override
    public String uid() {
        return uid;
    }

    public Param<String> protocol() {
        return protocol;
    }

    public Param<String> benchmark() {
        return benchmark;
    }

    public Param<String> metric() {
        return metric;
    }

    public Param<String> answerCol() {
        return answerCol;
    }

    public Param<String> exampleCol() {
        return exampleCol;
    }

    /** {@code paper} (default) or {@code lm-eval}. */
    public BenchmarkEvaluator setProtocol(String value) {
        set(protocol, value);
        return this;
    }

    /** Required. */
    public BenchmarkEvaluator setBenchmark(String value) {
        set(benchmark, value);
        return this;
    }

    /** By {@link MetricName#key()}; the default, the empty string, is the benchmark's metric in the paper's Table 4. */
    public BenchmarkEvaluator setMetric(String value) {
        set(metric, value);
        return this;
    }

    /** Column of answers; default {@code answer}. */
    public BenchmarkEvaluator setAnswerCol(String value) {
        set(answerCol, value);
        return this;
    }

    /** Column of examples as JSON; default {@code example}. */
    public BenchmarkEvaluator setExampleCol(String value) {
        set(exampleCol, value);
        return this;
    }

    /**
     * The score, 0 to 1.
     *
     * @throws InputException when there is no such benchmark, column or metric, or no row
     */
    @Override
    public double evaluate(Dataset<?> dataset) {
        Benchmark scored = scored();
        String answers = getOrDefault(answerCol);
        String examples = getOrDefault(exampleCol);
        ScorePartition partition =
                new ScorePartition(scored.info().protocol(), scored.name(), kind(dataset.schema()), examples);
        BenchmarkTally tally = dataset.select(Columns.named(answers), Columns.named(examples))
                .toJavaRDD()
                .mapPartitions(partition)
                .fold(BenchmarkTally.EMPTY, BenchmarkTally::plus);
        MetricName wanted = getOrDefault(metric).isEmpty() ? scored.headline() : MetricName.parse(getOrDefault(metric));
        if (!wanted.equals(scored.headline()) && !tally.metrics().contains(wanted)) {
            throw new InputException("Benchmark " + scored.name() + " has no metric " + wanted.key()
                    + " in these rows: set metric to one of "
                    + String.join(
                            ", ", tally.metrics().stream().map(MetricName::key).toList()));
        }
        return tally.rows("", scored.name(), scored.headline(), 0).stream()
                .filter(row -> row.task().isEmpty()
                        && row.metric().equals(wanted.metric())
                        && row.filter().equals(wanted.filter()))
                .mapToDouble(ScoreRow::value)
                .findFirst()
                .orElseThrow(() -> new InputException(
                        "There is no row to score by " + scored.name() + ": give a Dataset that has some"));
    }

    private Benchmark scored() {
        if (!isSet(benchmark)) {
            throw new InputException("No benchmark is set: call setBenchmark, for example with \"gsm8k\"");
        }
        return Protocols.named(getOrDefault(protocol)).benchmark(getOrDefault(benchmark));
    }

    private RequestKind kind(StructType schema) {
        Columns.require(schema, "exampleCol", getOrDefault(exampleCol), DataTypes.StringType);
        String answers = getOrDefault(answerCol);
        String type = Columns.type(schema, "answerCol", answers).catalogString();
        return AnswerColumn.kind(Columns.type(schema, "answerCol", answers))
                .orElseThrow(() -> new InputException("Column " + answers + " is of type " + type
                        + ", which no answer has: set answerCol to the output column of a LanguageModelTransformer"));
    }

    /** True: every metric is a part of what could be right. */
    @Override
    public boolean isLargerBetter() {
        return true;
    }

    @Override
    public BenchmarkEvaluator copy(ParamMap extra) {
        return defaultCopy(extra);
    }

    /** What {@code load} of a saved evaluator reads with. */
    public static MLReader<BenchmarkEvaluator> read() {
        return new DefaultParamsReader<>();
    }

    public static BenchmarkEvaluator load(String path) {
        return read().load(path);
    }
}
