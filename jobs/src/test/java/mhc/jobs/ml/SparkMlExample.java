package mhc.jobs.ml;

import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Asks a checkpoint some questions of GSM8K through a saved pipeline, scores the answers, then asks two prompts. */
public final class SparkMlExample {
    private SparkMlExample() {}

    /** Arguments: the checkpoint, the root of the corpora, and where the pipeline is saved; folders or Hadoop URIs. */
    public static void main(String[] arguments) throws Exception {
        String model = arguments[0];
        String data = arguments[1];
        String saved = arguments[2];
        SparkSession spark = SparkSession.builder().getOrCreate();

        BenchmarkQuestions gsm8k = BenchmarkQuestions.of(spark, "paper", "gsm8k", data, 4);
        Dataset<Row> questions = gsm8k.rows();
        LanguageModelTransformer asking = gsm8k.transformer().setModel(model).setDeterministic(true);
        new Pipeline()
                .setStages(new PipelineStage[] {asking})
                .fit(questions)
                .write()
                .overwrite()
                .save(saved);

        // Cached, because each action would ask the model again.
        Dataset<Row> answers = PipelineModel.load(saved).transform(questions).cache();
        answers.select("id", "answer.text", "answer.stop", "answer.failure").show();
        System.out.printf(
                "exact match of %d answers: %.3f%n",
                answers.count(), gsm8k.evaluator().evaluate(answers));

        Dataset<Row> prompts = spark.createDataset(List.of("Two and two are", "The sun is"), Encoders.STRING())
                .toDF("prompt");
        new LanguageModelTransformer()
                .setModel(model)
                .setInputCol("prompt")
                .setStops("\n", ".")
                .setMaxTokens(8)
                .transform(prompts)
                .select("prompt", "answer.text", "answer.new_tokens")
                .show(false);
    }
}
