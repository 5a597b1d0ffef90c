package mhc.reports;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Serializable;
import java.util.List;
import mhc.eval.Extracted;
import mhc.eval.MetricName;
import mhc.eval.Prediction;
import mhc.eval.PredictionColumn;

/**
 * What the page shows of one model's answer to one example.
 *
 * @param prompt hash of the request
 * @param example what models that were asked the same have in common: {@code context}, {@code gold}, {@code continuations}
 * @param answer the model's own part
 * @param score headline score in units of 1/{@link SampleTask#WHOLE}
 * @param flags sum of {@link SampleTask#ASKED} and the others
 */
record SampleAnswer(String prompt, ObjectNode example, ObjectNode answer, byte score, byte flags)
        implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What is read of each row. */
    static final List<PredictionColumn> COLUMNS = List.of(
            PredictionColumn.ID,
            PredictionColumn.TASK,
            PredictionColumn.REQUEST_HASH,
            PredictionColumn.CONTEXT,
            PredictionColumn.CONTINUATIONS,
            PredictionColumn.LOGLIKELIHOODS,
            PredictionColumn.TOKENS,
            PredictionColumn.RAW,
            PredictionColumn.EXTRACTED,
            PredictionColumn.GOLD,
            PredictionColumn.METRICS,
            PredictionColumn.STATUS,
            PredictionColumn.REASON,
            PredictionColumn.TRUNCATED,
            PredictionColumn.STOP,
            PredictionColumn.PROMPT_TOKENS,
            PredictionColumn.NEW_TOKENS);

    /** Of a row of {@link #COLUMNS}. */
    static SampleAnswer of(PredictionRow row, MetricName headline) {
        boolean failed = row.text(PredictionColumn.STATUS).equals(Prediction.FAILED);
        Double score = row.<Double>map(PredictionColumn.METRICS).get(headline.key());
        double value = failed || score == null ? 0 : score;
        int flags = SampleTask.ASKED;
        flags += failed ? SampleTask.FAILED : 0;
        flags += row.truth(PredictionColumn.TRUNCATED) ? SampleTask.TRUNCATED : 0;
        flags += !failed && extractedNothing(row, headline) ? SampleTask.NOTHING : 0;
        return new SampleAnswer(
                row.text(PredictionColumn.REQUEST_HASH),
                example(row),
                answer(row),
                (byte) Math.round(value * SampleTask.WHOLE),
                (byte) flags);
    }

    private static ObjectNode example(PredictionRow row) {
        ObjectNode example = JSON.createObjectNode().put("context", row.text(PredictionColumn.CONTEXT));
        example.set("gold", JSON.valueToTree(row.list(PredictionColumn.GOLD)));
        example.set("continuations", JSON.valueToTree(row.list(PredictionColumn.CONTINUATIONS)));
        return example;
    }

    private static ObjectNode answer(PredictionRow row) {
        ObjectNode answer = JSON.createObjectNode()
                .put("raw", row.text(PredictionColumn.RAW))
                .put("reason", row.text(PredictionColumn.REASON))
                .put("stop", row.text(PredictionColumn.STOP))
                .put("prompt", row.integer(PredictionColumn.PROMPT_TOKENS))
                .put("new", row.integer(PredictionColumn.NEW_TOKENS));
        answer.set("extracted", JSON.valueToTree(row.map(PredictionColumn.EXTRACTED)));
        answer.set("metrics", JSON.valueToTree(row.map(PredictionColumn.METRICS)));
        answer.set("loglikelihoods", JSON.valueToTree(row.list(PredictionColumn.LOGLIKELIHOODS)));
        answer.set("tokens", JSON.valueToTree(row.list(PredictionColumn.TOKENS)));
        return answer;
    }

    /** Options are always chosen from; only generated text may hold no answer. */
    private static boolean extractedNothing(PredictionRow row, MetricName headline) {
        String extracted = row.<String>map(PredictionColumn.EXTRACTED).get(headline.filter());
        return row.list(PredictionColumn.CONTINUATIONS).isEmpty()
                && extracted != null
                && Extracted.isNothing(extracted);
    }
}
