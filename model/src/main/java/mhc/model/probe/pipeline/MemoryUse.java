package mhc.model.probe.pipeline;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Bytes of one rank.
 *
 * @param weights in bfloat16 with gradients in float32, of both its stages, its part of the routed experts among them
 * @param optimizer its part of float32 copies and two moments
 * @param activations most that is kept for backward passes at any time, a stage's recomputed streams included
 */
public record MemoryUse(double weights, double optimizer, double activations) {
    private static final int BYTES = 2;
    private static final int WEIGHT_BYTES = 2 + 4;
    private static final int OPTIMIZER_BYTES = 12;

    public double total() {
        return weights + optimizer + activations;
    }

    /** What a rank holds in the course of a step. */
    public static MemoryUse of(Timeline timeline, int rank) {
        PipelinePlan plan = timeline.plan();
        int ranks = plan.step().ranks();
        double numbers = 0;
        for (int direction = 0; direction < 2; direction++) {
            numbers += numbers(plan, timeline.stages(), new Chunk(direction, 0).stage(rank, ranks));
        }
        return new MemoryUse(
                numbers * WEIGHT_BYTES,
                numbers * OPTIMIZER_BYTES / plan.step().optimizerRanks(),
                activations(timeline, rank));
    }

    private static double numbers(PipelinePlan plan, List<Integer> stages, int stage) {
        MoeShape shape = plan.shape();
        double experts = shape.shared() + (double) shape.routed() / plan.step().expertRanks();
        double numbers = stages.get(stage) * (shape.attentionWeights() + experts * shape.expertWeights());
        if (stage == 0) {
            numbers += shape.feedForwardWeights() - experts * shape.expertWeights() + shape.headWeights();
        }
        return stage == stages.size() - 1 ? numbers + shape.headWeights() : numbers;
    }

    private static double activations(Timeline timeline, int rank) {
        PipelinePlan plan = timeline.plan();
        Map<Chunk, Span> kept = new HashMap<>();
        Map<Chunk, Span> recomputed = new HashMap<>();
        timeline.of(rank).forEach(run -> {
            Op op = run.task().op();
            Span span = new Span(run.from(), run.to());
            boolean forward = run.task().pass() == Pass.FORWARD;
            Chunk chunk = (forward ? op.forward() : op.backward()).orElseThrow();
            kept.merge(chunk, span, MemoryUse::both);
            if (run.task().pass() == Pass.BACKWARD) {
                recomputed.merge(chunk, span, MemoryUse::both);
            }
        });
        TreeMap<Double, Double> changes = new TreeMap<>();
        kept.forEach((chunk, span) -> add(changes, span, stored(plan, layers(timeline, chunk, rank))));
        recomputed.forEach((chunk, span) -> add(changes, span, transientBytes(plan, layers(timeline, chunk, rank))));
        double now = 0;
        double most = 0;
        for (double change : changes.values()) {
            now += change;
            most = Math.max(most, now);
        }
        return most;
    }

    private static Span both(Span a, Span b) {
        return new Span(Math.min(a.from(), b.from()), Math.max(a.to(), b.to()));
    }

    private static void add(TreeMap<Double, Double> changes, Span span, double bytes) {
        changes.merge(span.from(), bytes, Double::sum);
        changes.merge(span.to(), -bytes, Double::sum);
    }

    private static int layers(Timeline timeline, Chunk chunk, int rank) {
        return timeline.stages().get(chunk.stage(rank, timeline.plan().step().ranks()));
    }

    /**
     * What a chunk keeps from its forward pass: queries, the latent, attention's output before its projection; the
     * experts' inputs and inner values before their activation; and of the residual x of each site, or what makes the
     * streams again. Norms, keys, values and activations are computed again, as in arXiv 2412.19437.
     */
    private static double stored(PipelinePlan plan, int layers) {
        MoeShape shape = plan.shape();
        double attention =
                shape.heads() * (2.0 * shape.headWidth() + shape.ropeWidth()) + shape.latentWidth() + shape.ropeWidth();
        double experts =
                (double) shape.active() * shape.hidden() + 2.0 * (shape.active() + shape.shared()) * shape.expert();
        int sites = 2 * layers;
        double n = plan.streams().count();
        double c = shape.hidden();
        double residual = c * sites;
        if (!plan.streams().plain()) {
            residual = plan.streams().recomputed() ? n * c + c * sites : (n + 2) * c * sites;
        }
        return plan.step().tokens() * BYTES * (layers * (attention + experts) + residual);
    }

    /** Streams, reads and normed reads of a whole stage, while its backward pass runs (arXiv 2512.24880, Table 3). */
    private static double transientBytes(PipelinePlan plan, int layers) {
        if (!plan.streams().recomputed()) {
            return 0;
        }
        return plan.step().tokens()
                * (double) BYTES
                * (plan.streams().count() + 2)
                * plan.shape().hidden()
                * 2
                * layers;
    }
}
