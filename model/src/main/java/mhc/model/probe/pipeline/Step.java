package mhc.model.probe.pipeline;

/**
 * One step of training.
 *
 * @param ranks of the pipeline, an even number; each has a stage of both directions
 * @param microBatches of both directions together, an even number of at least twice the ranks
 * @param tokens of a micro-batch
 * @param copies of a token that go to other nodes for its routed experts
 * @param dispatchBytes of a number on its way to the experts in the forward pass
 * @param combineBytes of a number on its way back, and of gradients both ways
 * @param expertRanks GPUs that share out the routed experts of a layer
 * @param optimizerRanks GPUs that share out the optimiser's state
 */
public record Step(
        int ranks,
        int microBatches,
        int tokens,
        double copies,
        double dispatchBytes,
        double combineBytes,
        int expertRanks,
        int optimizerRanks) {}
