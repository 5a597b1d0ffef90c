package mhc.jobs.ml;

import java.util.List;
import mhc.datasets.InputException;
import mhc.jobs.config.RunConfig;
import mhc.jobs.driver.SparkSessions;
import mhc.jobs.executor.ExecutorModels;
import mhc.jobs.executor.ModelFolders;
import mhc.jobs.executor.ModelSpec;
import mhc.jobs.executor.TaskDevice;
import mhc.model.checkpoint.Checkpoint;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Asks a language model what stands in a column, and adds a column of structs: its answers. Lazy as any transformation: a
 * partition is answered when an action wants it, its rows all together. The tasks of an executor share one model per
 * device; it is loaded by the first and stays until another model is asked for there or the application ends.
 *
 * <p>A request that cannot be answered is a row with a reason; see {@link AnswerColumn} for the fields of an answer.
 */
public final class LanguageModelTransformer extends Transformer implements DefaultParamsWritable {
    private static final long serialVersionUID = 1L;

    /** Default of the output column, and of the column that an evaluator scores. */
    static final String OUTPUT = "answer";

    private final String uid;
    private final Param<String> model;
    private final Param<String> inputCol;
    private final Param<String> continuationsCol;
    private final Param<String> outputCol;
    private final Param<String> requestKind;
    private final StringArrayParam stops;
    private final IntParam maxTokens;
    private final IntParam maxBatchTokens;
    private final Param<String> device;
    private final IntParam threads;
    private final Param<String> kernels;
    private final Param<String> dtype;
    private final BooleanParam deterministic;

    public LanguageModelTransformer() {
        this(Identifiable$.MODULE$.randomUID("languageModel"));
    }

    public LanguageModelTransformer(String uid) {
        this.uid = uid;
        model = text("model", "folder or Hadoop URI of the checkpoint");
        inputCol = text("inputCol", "column of the texts before the answer");
        continuationsCol = text("continuationsCol", "column of arrays of continuations, for kind choose");
        outputCol = text("outputCol", "new column of the answers");
        requestKind = oneOf("requestKind", "generate a text, or choose among continuations", RequestKind.keys());
        stops = new StringArrayParam(this, "stops", "strings before which a generated text is cut");
        maxTokens = atLeast("maxTokens", "most tokens to generate", 1);
        maxBatchTokens = atLeast("maxBatchTokens", "most tokens in one forward pass", 1);
        device = text("device", "auto (the GPU Spark gives to the task, else the CPU), cpu, cuda or cuda:N");
        threads = atLeast("threads", "engine threads of an executor, 0 = all its cores", 0);
        kernels = oneOf("kernels", "how hyper-connections are computed", "auto", "fused", "reference");
        dtype = oneOf("dtype", "compute type", "float32", "bfloat16");
        deterministic = new BooleanParam(uid, "deterministic", "answers equal to the bit whatever shares their batch");
        RunConfig.Inference inference = RunConfig.Inference.DEFAULT;
        setDefault(inputCol, "context");
        setDefault(continuationsCol, "continuations");
        setDefault(outputCol, OUTPUT);
        setDefault(requestKind, RequestKind.GENERATE.key());
        setDefault(stops, new String[0]);
        setDefault(maxTokens, 256);
        setDefault(maxBatchTokens, inference.maxBatchTokens());
        setDefault(device, inference.device());
        setDefault(threads, inference.threads());
        setDefault(kernels, inference.kernels());
        setDefault(dtype, inference.dtype());
        setDefault(deterministic, inference.deterministic());
    }

    private Param<String> text(String name, String doc) {
        return new Param<>(uid, name, doc, String.class);
    }

    private Param<String> oneOf(String name, String doc, String... values) {
        return new Param<>(
                uid,
                name,
                doc + ": " + String.join(", ", values),
                ParamValidators.inArray(List.of(values)),
                String.class);
    }

    private IntParam atLeast(String name, String doc, int least) {
        return new IntParam(uid, name, doc, ParamValidators.gtEq(least));
    }

    @Override
    public String uid() {
        return uid;
    }

    public Param<String> model() {
        return model;
    }

    public Param<String> inputCol() {
        return inputCol;
    }

    public Param<String> continuationsCol() {
        return continuationsCol;
    }

    public Param<String> outputCol() {
        return outputCol;
    }

    public Param<String> requestKind() {
        return requestKind;
    }

    public StringArrayParam stops() {
        return stops;
    }

    public IntParam maxTokens() {
        return maxTokens;
    }

    public IntParam maxBatchTokens() {
        return maxBatchTokens;
    }

    public Param<String> device() {
        return device;
    }

    public IntParam threads() {
        return threads;
    }

    public Param<String> kernels() {
        return kernels;
    }

    public Param<String> dtype() {
        return dtype;
    }

    public BooleanParam deterministic() {
        return deterministic;
    }

    /** Folder or Hadoop URI of the checkpoint; required. */
    public LanguageModelTransformer setModel(String value) {
        return with(model, value);
    }

    /** Column of texts; default {@code context}. */
    public LanguageModelTransformer setInputCol(String value) {
        return with(inputCol, value);
    }

    /** Column of arrays of texts, for kind {@code choose}; default {@code continuations}. */
    public LanguageModelTransformer setContinuationsCol(String value) {
        return with(continuationsCol, value);
    }

    /** Column that is added; default {@code answer}. */
    public LanguageModelTransformer setOutputCol(String value) {
        return with(outputCol, value);
    }

    /** {@code generate} (default): continue the text greedily; {@code choose}: score given continuations of it. */
    public LanguageModelTransformer setRequestKind(String value) {
        return with(requestKind, value);
    }

    /** A generated text is cut before the first of these; default none. */
    public LanguageModelTransformer setStops(String... value) {
        return with(stops, value);
    }

    /** Most tokens to generate; default 256. */
    public LanguageModelTransformer setMaxTokens(int value) {
        return with(maxTokens, value);
    }

    /** Most tokens in one forward pass; default 16,384. */
    public LanguageModelTransformer setMaxBatchTokens(int value) {
        return with(maxBatchTokens, value);
    }

    /** {@code auto} (default), {@code cpu}, {@code cuda} or {@code cuda:N}. */
    public LanguageModelTransformer setDevice(String value) {
        return with(device, value);
    }

    /** Engine threads of an executor; default 0, all its cores. */
    public LanguageModelTransformer setThreads(int value) {
        return with(threads, value);
    }

    /** {@code auto} (default), {@code fused} or {@code reference}. */
    public LanguageModelTransformer setKernels(String value) {
        return with(kernels, value);
    }

    /** {@code float32} (default) or {@code bfloat16}. */
    public LanguageModelTransformer setDtype(String value) {
        return with(dtype, value);
    }

    /** Whether answers are equal to the bit whatever shares their batch; default false. */
    public LanguageModelTransformer setDeterministic(boolean value) {
        return with(deterministic, value);
    }

    private <T> LanguageModelTransformer with(Param<T> param, T value) {
        set(param, value);
        return this;
    }

    /**
     * Adds the column of answers.
     *
     * @throws InputException when the columns do not fit or there is no such model; what only executors see, as a device
     *     that is not there, fails the action
     */
    @Override
    public Dataset<Row> transform(Dataset<?> dataset) {
        StructType schema = transformSchema(dataset.schema());
        SparkContext context = dataset.sparkSession().sparkContext();
        Configuration hadoop = context.hadoopConfiguration();
        ExecutorModels.closeWith(context);
        AnswerPartition partition = new AnswerPartition(
                spec(context, hadoop),
                columns(),
                schema,
                SparkSessions.retries(context),
                new SerializableConfiguration(hadoop));
        return dataset.toDF().mapPartitions(partition, Encoders.row(schema));
    }

    /** The schema with the column of answers; what is wrong with the columns is said here, before anything runs. */
    @Override
    public StructType transformSchema(StructType schema) {
        RequestColumns columns = columns();
        columns.requireIn(schema);
        Columns.requireAbsent(schema, outputCol.name(), getOrDefault(outputCol));
        return schema.add(getOrDefault(outputCol), AnswerColumn.type(columns.kind()));
    }

    private RequestColumns columns() {
        return new RequestColumns(
                RequestKind.of(getOrDefault(requestKind)),
                getOrDefault(inputCol),
                getOrDefault(continuationsCol),
                List.of(getOrDefault(stops)),
                (int) getOrDefault(maxTokens));
    }

    private ModelSpec spec(SparkContext context, Configuration hadoop) {
        if (!isSet(model)) {
            throw new InputException("No model is set: call setModel with the folder or URI of a checkpoint");
        }
        String uri = getOrDefault(model);
        RunConfig.Inference inference = new RunConfig.Inference(
                getOrDefault(device),
                RunConfig.Inference.DEFAULT.devices(),
                getOrDefault(dtype),
                getOrDefault(kernels),
                RunConfig.Inference.DEFAULT.weights(),
                (int) getOrDefault(maxBatchTokens),
                (int) getOrDefault(threads),
                RunConfig.Inference.DEFAULT.prefixCache(),
                (boolean) getOrDefault(deterministic),
                RunConfig.Inference.DEFAULT.positionOffsets());
        List<String> on = TaskDevice.resolve(inference, context.conf());
        String fingerprint = Checkpoint.open(ModelFolders.localize(uri, hadoop)).fingerprint();
        return new ModelSpec(uri, ModelFolders.qualify(uri), fingerprint, inference.options(on, inference.threads()));
    }

    @Override
    public LanguageModelTransformer copy(ParamMap extra) {
        return defaultCopy(extra);
    }

    /** What {@code load} of a saved stage or pipeline reads with. */
    public static MLReader<LanguageModelTransformer> read() {
        return new DefaultParamsReader<>();
    }

    public static LanguageModelTransformer load(String path) {
        return read().load(path);
    }
}
