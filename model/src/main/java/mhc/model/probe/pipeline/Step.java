package mhc.model.probe.pipeline;

/**
 * One step of training.
 *
 * @param ranks of the pipeline, an even number; each has a stage of both directions
 * @param microBatchesPerRank of both directions together, divided by the ranks; at least 2
 * @param tokens of a micro-batch
 * @param copies of a token that go to other nodes for its routed experts
 * @param dispatchBytes of a number on its way to the experts in the forward pass
 * @param combineBytes of a number on its way back, and of gradients both ways
 * @param expertRanks GPUs that share out the routed experts of a layer
 * @param optimizerRanks GPUs that share out the optimiser's state
 */
public record Step(
        int ranks,
        int microBatchesPerRank,
        int tokens,
        double copies,
        double dispatchBytes,
        double combineBytes,
        int expertRanks,
        int optimizerRanks) {

    public int microBatches() {
        return ranks * microBatchesPerRank;
    }

    public Step withRanks(int other) {
        return new Step(
                other, microBatchesPerRank, tokens, copies, dispatchBytes, combineBytes, expertRanks, optimizerRanks);
    }

    Step withCopies(double other) {
        return new Step(
                ranks, microBatchesPerRank, tokens, other, dispatchBytes, combineBytes, expertRanks, optimizerRanks);
    }
}
