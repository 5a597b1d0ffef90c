package mhc.model.probe.pipeline;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The order in which one rank takes its chunks: the eight steps of DualPipe as its authors publish them
 * (deepseek-ai/DualPipe, {@code DualPipe.step}). Phase 0 is the direction that starts at the rank's own end of the
 * pipeline, phase 1 the other.
 */
final class DualPipe {
    private final int rank;
    private final int ranks;
    private final int[] forwards = new int[2];
    private final int[] backwards = new int[2];
    private final Deque<Chunk> postponed = new ArrayDeque<>();
    private final List<Op> ops = new ArrayList<>();

    private DualPipe(int rank, int ranks) {
        this.rank = rank;
        this.ranks = ranks;
    }

    /** @param microBatches of both directions together */
    static List<Op> order(int rank, int ranks, int microBatches) {
        DualPipe pipe = new DualPipe(rank, ranks);
        pipe.addAll(microBatches / 2);
        return pipe.ops;
    }

    private void addAll(int microBatches) {
        int half = ranks / 2;
        int fromEnd = Math.min(rank, ranks - 1 - rank);
        int fromMiddle = half - fromEnd - 1;
        repeat(2 * fromMiddle, i -> forward(0));
        repeat(fromEnd + 1, i -> {
            forward(0);
            forward(1);
        });
        repeat(fromMiddle, i -> {
            backward(Op.Kind.INPUTS, 1);
            weights();
            forward(1);
        });
        repeat(microBatches - ranks + fromEnd + 1, i -> {
            if (i == 0 && fromMiddle == 0) {
                forward(0);
                backward(Op.Kind.BACKWARD, 1);
            } else {
                pair(0, 1);
            }
            pair(1, 0);
        });
        repeat(fromMiddle, i -> {
            backward(Op.Kind.BACKWARD, 1);
            pair(1, 0);
        });
        // The second half of these postpones the weights' gradients to fill the gaps at the end.
        repeat(2 * (fromEnd + 1), i -> backward(i <= fromEnd ? Op.Kind.BACKWARD : Op.Kind.INPUTS, 1 - i % 2));
        repeat(fromMiddle, i -> {
            weights();
            backward(Op.Kind.INPUTS, 0);
        });
        repeat(fromEnd + 1, i -> weights());
    }

    private interface Round {
        void add(int number);
    }

    private static void repeat(int times, Round round) {
        for (int i = 0; i < times; i++) {
            round.add(i);
        }
    }

    private void forward(int phase) {
        ops.add(Op.forward(nextForward(phase)));
    }

    private void backward(Op.Kind kind, int phase) {
        Chunk chunk = nextBackward(phase);
        ops.add(Op.backward(kind, chunk));
        if (kind == Op.Kind.INPUTS) {
            postponed.add(chunk);
        }
    }

    private void weights() {
        ops.add(Op.backward(Op.Kind.WEIGHTS, postponed.remove()));
    }

    private void pair(int forward, int backward) {
        ops.add(Op.pair(nextForward(forward), nextBackward(backward)));
    }

    private Chunk nextForward(int phase) {
        int direction = direction(phase);
        return new Chunk(direction, forwards[direction]++);
    }

    private Chunk nextBackward(int phase) {
        int direction = direction(phase);
        return new Chunk(direction, backwards[direction]++);
    }

    private int direction(int phase) {
        return rank < ranks / 2 ? phase : 1 - phase;
    }
}
