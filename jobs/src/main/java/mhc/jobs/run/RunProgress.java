package mhc.jobs.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * How far a running evaluation is, as {@code _progress.json} tells others. Shards that were committed before this start
 * are not counted.
 *
 * @param time when, as ISO 8601
 * @param shards committed
 * @param allShards to be committed
 * @param examples answered, in running shards too
 * @param failed of these
 * @param tokensPerSecond read and generated, since the start
 * @param secondsLeft about; negative while nothing tells
 * @param running shards, the one that has run longest first
 */
public record RunProgress(
        String time,
        int shards,
        int allShards,
        long examples,
        long allExamples,
        long failed,
        double tokensPerSecond,
        double secondsLeft,
        List<Running> running) {
    static final String FILE = "_progress.json";

    public RunProgress {
        running = List.copyOf(running);
    }

    /**
     * A shard that is being evaluated.
     *
     * @param shard model, benchmark and index
     * @param tokensPerSecond read and generated, since it began
     * @param secondsLeft about; negative while nothing tells
     */
    public record Running(
            String shard, String host, long examples, int allExamples, double tokensPerSecond, double secondsLeft) {
        @Override
        public String toString() {
            return "%s on %s: %d/%d examples, %.0f tokens/s, %s"
                    .formatted(shard, host, examples, allExamples, tokensPerSecond, left(secondsLeft));
        }
    }

    /** One line on the whole. */
    @Override
    public String toString() {
        return "%d/%d shards, %d/%d examples, %d failed, %.0f tokens/s, %s"
                .formatted(shards, allShards, examples, allExamples, failed, tokensPerSecond, left(secondsLeft));
    }

    static RunProgress of(JsonNode json) {
        List<Running> running = new ArrayList<>();
        json.path("running")
                .forEach(shard -> running.add(new Running(
                        shard.path("shard").asText(),
                        shard.path("host").asText(),
                        shard.path("examples").asLong(),
                        shard.path("allExamples").asInt(),
                        shard.path("tokensPerSecond").asDouble(),
                        shard.path("secondsLeft").asDouble())));
        return new RunProgress(
                json.path("time").asText(),
                json.path("shards").asInt(),
                json.path("allShards").asInt(),
                json.path("examples").asLong(),
                json.path("allExamples").asLong(),
                json.path("failed").asLong(),
                json.path("tokensPerSecond").asDouble(),
                json.path("secondsLeft").asDouble(),
                running);
    }

    private static String left(double seconds) {
        return seconds < 0 ? "time left not known yet" : "about " + Durations.text(seconds) + " left";
    }
}
