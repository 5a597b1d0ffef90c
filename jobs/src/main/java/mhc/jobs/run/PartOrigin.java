package mhc.jobs.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Serializable;

/**
 * Which run, model and shard the rows of a part file are of, and where they were made.
 *
 * @param part model, benchmark and index of the shard, such as {@code mhc/piqa/3}
 * @param host of the executor, or the empty string
 * @param device such as {@code cuda:0}, or the empty string
 */
public record PartOrigin(Source source, String part, String host, String device) {

    /** The same rows made there. */
    public PartOrigin at(String madeOn, String by) {
        return new PartOrigin(source, part, madeOn, by);
    }

    /**
     * What all rows of a model in a run come from.
     *
     * @param run SHA-256 (hex) over all that the run's rows depend on
     * @param model fingerprint of the model's files
     * @param build {@link BuildInfo#identity()}
     */
    public record Source(String run, String model, String build) implements Serializable {

        /** @param start what the run was started with, as {@code _run.json} holds it */
        public static Source of(JsonNode start, String model) {
            String fingerprint = "";
            for (JsonNode entry : start.path("models")) {
                if (entry.path("name").asText().equals(model)) {
                    fingerprint = entry.path("fingerprint").asText();
                }
            }
            return new Source(
                    RunIdentity.of(start), fingerprint, start.path("build").asText());
        }

        /** Of one shard's rows. */
        public PartOrigin part(String model, String benchmark, int shard) {
            return new PartOrigin(this, model + "/" + benchmark + "/" + shard, "", "");
        }
    }
}
