package mhc.model.engine;

import mhc.model.inference.ForwardPasses;
import mhc.model.inference.Pass;

/** A program's passes as they are, of which a test observes or bounds some. */
interface ForwardedPasses extends ForwardPasses {
    TorchProgram program();

    @Override
    default Scores score(Pass pass, int headBlock) {
        return program().score(pass, headBlock);
    }

    @Override
    default NextTokens prefill(Pass pass, int headBlock, Repetition repetition) {
        return program().prefill(pass, headBlock, repetition);
    }

    @Override
    default Steps decode(
            long[] tokens,
            int[] positions,
            int[] lengths,
            KvCache cache,
            Prefixes prefixes,
            int steps,
            Repetition repetition) {
        return program().decode(tokens, positions, lengths, cache, prefixes, steps, repetition);
    }

    @Override
    default KvCache allocate(KvCache before, KvCache like, int rows, int capacity) {
        return program().allocate(before, like, rows, capacity);
    }

    @Override
    default void fill(KvCache cache, int row, Opening opening) {
        program().fill(cache, row, opening);
    }

    @Override
    default void move(KvCache cache, int source, int target, int count) {
        program().move(cache, source, target, count);
    }
}
