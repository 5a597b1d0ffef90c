package mhc.jobs.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sort_array;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import com.fasterxml.jackson.databind.node.ArrayNode;
import mhc.eval.Prediction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Counts per model and benchmark, from the committed rows. */
public final class RunCounts {
    private RunCounts() {}

    public static ArrayNode of(SparkSession spark, String run) {
        ArrayNode counts = RunDirectory.object().arrayNode();
        for (Row row : spark.read()
                .parquet(run + "/predictions")
                .groupBy("model", "benchmark")
                .agg(
                        count(lit(1)).as("examples"),
                        sum(when(col("status").equalTo(Prediction.FAILED), 1).otherwise(0))
                                .as("failed"),
                        sum(when(col("truncated"), 1).otherwise(0)).as("truncated"),
                        sum("prompt_tokens").as("prompt_tokens"),
                        sum("reused_tokens").as("reused_tokens"),
                        sum("new_tokens").as("new_tokens"),
                        sort_array(collect_set("kernels")).as("kernels"))
                .orderBy("model", "benchmark")
                .collectAsList()) {
            counts.addObject()
                    .put("model", row.<String>getAs("model"))
                    .put("benchmark", row.<String>getAs("benchmark"))
                    .put("examples", row.<Long>getAs("examples"))
                    .put("failed", row.<Long>getAs("failed"))
                    .put("truncated", row.<Long>getAs("truncated"))
                    .put("prompt_tokens", row.<Long>getAs("prompt_tokens"))
                    .put("reused_tokens", row.<Long>getAs("reused_tokens"))
                    .put("new_tokens", row.<Long>getAs("new_tokens"))
                    .put("kernels", String.join(", ", row.<String>getList(row.fieldIndex("kernels"))));
        }
        return counts;
    }
}
