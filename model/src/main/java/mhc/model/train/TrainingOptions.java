package mhc.model.train;

import java.util.Set;

/**
 * How a model is trained.
 *
 * @param residual {@code none}, {@code hc} or {@code mhc}
 * @param batch rows of a step
 * @param length tokens of a row
 * @param decay AdamW's weight decay, of matrices alone
 * @param clip greatest norm of a step's gradient
 * @param seed of the initial weights
 * @param learned mappings of hyper-connections that are learned; the others stay as they begin
 * @param recompute what is computed again in the backward pass
 * @param device {@code auto} (a GPU where one is, else the CPU), {@code cpu}, {@code cuda} or {@code cuda:N}
 */
public record TrainingOptions(
        String residual,
        Shape shape,
        Schedule schedule,
        int batch,
        int length,
        double decay,
        double clip,
        long seed,
        Set<Mapping> learned,
        Recompute recompute,
        String device) {
    public TrainingOptions {
        learned = Set.copyOf(learned);
    }

    /** The same training of another residual. */
    public TrainingOptions of(String other) {
        return new TrainingOptions(
                other, shape, schedule, batch, length, decay, clip, seed, learned, recompute, device);
    }
}
