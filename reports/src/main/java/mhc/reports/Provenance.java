package mhc.reports;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import mhc.reports.RunReport.Counted;

/**
 * Where a model's rows come from.
 *
 * @param run name of its run, empty where it has none
 * @param facts as its manifest has them
 * @param kernels paths that its rows record
 * @param promptTokens of all its requests
 * @param reusedTokens among them those that were not computed again
 */
record Provenance(
        String model, String run, ModelFacts facts, List<String> kernels, long promptTokens, long reusedTokens) {

    /** In the order of {@code models}. */
    static List<Provenance> of(List<String> models, List<EvaluatedRun> runs, List<Counted> counts) {
        List<Provenance> all = new ArrayList<>();
        for (String model : models) {
            EvaluatedRun run = EvaluatedRun.of(model, runs);
            TreeSet<String> kernels = new TreeSet<>();
            long prompt = 0;
            long reused = 0;
            for (Counted counted : counts) {
                if (counted.model().equals(model)) {
                    kernels.addAll(counted.counts().kernels());
                    prompt += counted.counts().promptTokens();
                    reused += counted.counts().reusedTokens();
                }
            }
            all.add(new Provenance(
                    model, run.description().name(), run.facts(model), List.copyOf(kernels), prompt, reused));
        }
        return all;
    }

    /** Part of the prompt tokens that were not computed again, 0 to 1; NaN without any. */
    double saved() {
        return promptTokens == 0 ? Double.NaN : (double) reusedTokens / promptTokens;
    }

    /** Tokens read and written per second; NaN where the run does not say. */
    double tokensPerSecond() {
        return facts.busySeconds() > 0 ? facts.tokens() / facts.busySeconds() : Double.NaN;
    }
}
