package mhc.jobs.driver;

import static mhc.jobs.run.TextColumns.count;
import static mhc.jobs.run.TextColumns.name;

import java.util.Map;
import mhc.eval.Request;
import mhc.jobs.config.HadoopSettings;
import mhc.jobs.config.RunConfig;
import mhc.jobs.executor.ModelFolders;
import mhc.jobs.plan.Shard;
import mhc.jobs.plan.ShardPlan;
import mhc.jobs.run.Durations;
import mhc.jobs.run.TextColumns;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.ModelSummary;
import mhc.model.checkpoint.TokenCounter;
import org.apache.hadoop.conf.Configuration;

/** What a run would ask, counted without running it. */
public final class DryRun {
    private static final TextColumns TABLE = TextColumns.of(
            name("benchmark", 12),
            count("examples", 9),
            count("requests", 9),
            count("prompt tokens", 15),
            count("new tokens <=", 15));

    private DryRun() {}

    /**
     * Requests, prompt tokens and generated tokens per benchmark, with the first model's tokenizer, and the
     * floating-point operations they amount to: 2 per parameter and token, without any sharing of prefixes.
     */
    public static String describe(RunConfig config) {
        Configuration hadoop = HadoopSettings.current();
        Map.Entry<String, String> model = config.models().entrySet().iterator().next();
        Checkpoint checkpoint = Checkpoint.open(ModelFolders.localize(model.getValue(), hadoop));
        StringBuilder text = new StringBuilder(TABLE.header()).append('\n');
        Count total = new Count(0, 0, 0, 0);
        try (TokenCounter tokenizer = TokenCounter.of(checkpoint)) {
            for (ShardPlan.Planned planned : ShardPlan.of(config, hadoop)) {
                Count count = counted(planned, tokenizer);
                text.append(count.line(planned.benchmark().name()));
                total = total.plus(count);
            }
        }
        text.append(total.line("all"));
        double tokens = (double) total.promptTokens + total.newTokens;
        long parameters = ModelSummary.of(checkpoint).parameters();
        double operations = 2.0 * parameters * tokens * config.models().size();
        return text.append(("%n%d models like %s (%,d parameters, tokens counted with its tokenizer): at most %.3g"
                                + " floating-point operations, %s at 1 TFLOP/s%n")
                        .formatted(
                                config.models().size(),
                                model.getKey(),
                                parameters,
                                operations,
                                Durations.text(operations / 1e12)))
                .toString();
    }

    private static Count counted(ShardPlan.Planned planned, TokenCounter tokenizer) {
        long requests = 0;
        long prompt = 0;
        long fresh = 0;
        for (Shard shard : planned.shards()) {
            for (Shard.Item item : shard.items()) {
                Request request = planned.benchmark().request(item.example(), item.shots());
                if (request instanceof Request.Generate generate) {
                    requests++;
                    prompt += tokenizer.count(request.context());
                    fresh += generate.maxTokens();
                } else if (request instanceof Request.Choice choice) {
                    requests += choice.continuations().size();
                    for (String continuation : choice.continuations()) {
                        prompt += tokenizer.count(request.context() + continuation);
                    }
                }
            }
        }
        return new Count(planned.examples(), requests, prompt, fresh);
    }

    /** Sums over examples. */
    private record Count(long examples, long requests, long promptTokens, long newTokens) {
        Count plus(Count other) {
            return new Count(
                    examples + other.examples,
                    requests + other.requests,
                    promptTokens + other.promptTokens,
                    newTokens + other.newTokens);
        }

        String line(String name) {
            return TABLE.line(name, examples, requests, promptTokens, newTokens) + "\n";
        }
    }
}
