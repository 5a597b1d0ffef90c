package mhc.reports;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a run says of one of its models. Texts are empty, and numbers 0, where it says nothing.
 *
 * @param build version and commit that evaluated it
 * @param path of its checkpoint
 * @param fingerprint of its checkpoint
 * @param residual {@code none}, {@code hc} or {@code mhc}
 * @param note of the checkpoint, such as how far it was trained
 * @param tokens read and written in {@code busySeconds}
 * @param busySeconds in which it tokenised, prefilled and decoded
 * @param hours on a device, loading included; 0 where a part of the run was done before it was started again
 */
record ModelFacts(
        String build,
        String device,
        String dtype,
        String path,
        String fingerprint,
        String residual,
        long parameters,
        String note,
        long tokens,
        double busySeconds,
        double hours) {
    static final ModelFacts NONE = new ModelFacts("", "", "", "", "", "", 0, "", 0, 0, 0);

    private static final double SECONDS_OF_AN_HOUR = 3600;

    /** As much of the fingerprint as tells checkpoints apart in a table. */
    String shortFingerprint() {
        return fingerprint.substring(0, Math.min(12, fingerprint.length()));
    }

    /** By model, from a manifest. */
    static Map<String, ModelFacts> of(JsonNode json) {
        long planned = 0;
        for (JsonNode benchmark : json.path("benchmarks")) {
            planned += benchmark.path("shards").asLong();
        }
        Map<String, ModelFacts> facts = new TreeMap<>();
        for (JsonNode model : json.path("models")) {
            String name = model.path("name").asText();
            long shards = 0;
            long tokens = 0;
            double busy = 0;
            double loading = 0;
            for (JsonNode work : json.path("work")) {
                if (work.path("model").asText().equals(name)) {
                    shards += work.path("shards").asLong();
                    tokens += work.path("prompt_tokens").asLong()
                            + work.path("decoded_tokens").asLong();
                    busy += work.path("tokenise_seconds").asDouble()
                            + work.path("prefill_seconds").asDouble()
                            + work.path("decode_seconds").asDouble();
                    loading += work.path("load_seconds").asDouble();
                }
            }
            JsonNode inference = json.path("config").path("inference");
            facts.put(
                    name,
                    new ModelFacts(
                            json.path("build").asText(),
                            inference.path("device").asText(),
                            inference.path("dtype").asText(),
                            model.path("path").asText(),
                            model.path("fingerprint").asText(),
                            model.path("residual").asText(),
                            model.path("parameters").asLong(),
                            model.path("note").asText(),
                            tokens,
                            busy,
                            shards < planned ? 0 : (busy + loading) / SECONDS_OF_AN_HOUR));
        }
        return facts;
    }
}
