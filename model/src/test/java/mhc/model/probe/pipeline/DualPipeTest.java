package mhc.model.probe.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DualPipeTest {
    @ParameterizedTest
    @CsvSource({"2, 4", "4, 8", "4, 14", "6, 12", "8, 20"})
    void everyRankTakesEveryChunkOnce(int ranks, int microBatches) {
        for (int rank = 0; rank < ranks; rank++) {
            List<Chunk> forward = new ArrayList<>();
            List<Chunk> backward = new ArrayList<>();
            Set<Chunk> postponed = new HashSet<>();
            for (Op op : DualPipe.order(rank, ranks, microBatches)) {
                op.forward().ifPresent(forward::add);
                if (op.kind() == Op.Kind.WEIGHTS) {
                    assertThat(postponed.remove(op.backward().orElseThrow())).isTrue();
                } else {
                    op.backward().ifPresent(backward::add);
                }
                if (op.kind() == Op.Kind.INPUTS) {
                    postponed.add(op.backward().orElseThrow());
                }
                assertThat(forward).containsAll(backward);
            }
            assertThat(postponed).isEmpty();
            assertThat(forward).hasSize(microBatches).doesNotHaveDuplicates();
            assertThat(backward).containsExactlyInAnyOrderElementsOf(forward);
        }
    }

    /** arXiv 2412.19437, Table 2: PP + 1 chunks of activations. */
    @ParameterizedTest
    @CsvSource({"4, 16", "6, 24", "8, 20"})
    void keepsOneChunkMoreThanThereAreRanks(int ranks, int microBatches) {
        for (int rank = 0; rank < ranks; rank++) {
            int kept = 0;
            int most = 0;
            for (Op op : DualPipe.order(rank, ranks, microBatches)) {
                kept += op.forward().isPresent() ? 1 : 0;
                most = Math.max(most, kept);
                kept -= op.backward().isPresent() && op.kind() != Op.Kind.WEIGHTS ? 1 : 0;
            }
            assertThat(most).as("rank %d", rank).isEqualTo(ranks + 1);
        }
    }

    /**
     * arXiv 2412.19437, Table 2: a rank waits (PP / 2 - 1) (F&B + B - 3 W), F being a forward pass, B a whole backward one, W its
     * part for the weights and F&B the overlapped pair. That is exact where the three parts take equally long; else ranks
     * are not in step, and wait a little less.
     */
    @ParameterizedTest
    @CsvSource({"4, 16, 1, 1, 1", "6, 12, 1, 1, 1", "8, 20, 1, 1, 1", "8, 20, 2, 3, 1.5", "8, 32, 1, 1.25, 1"})
    void waitsAsLongAsItsAuthorsSay(int ranks, int microBatches, double forward, double inputs, double weights) {
        List<Task> tasks = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            for (Op op : DualPipe.order(rank, ranks, microBatches)) {
                add(tasks, op, rank, ranks, new double[] {forward, inputs, weights});
            }
        }
        List<Ran> ran = Simulation.run(tasks);
        double end = ran.stream().mapToDouble(Ran::to).max().orElseThrow();
        double work = microBatches * (forward + inputs + weights);
        double pair = forward + inputs + weights;
        double waits = (ranks / 2.0 - 1) * (pair + inputs + weights - 3 * weights);
        boolean equal = forward == inputs && inputs == weights;
        assertThat(end - work).isBetween((equal ? 1 : 0.85) * waits - 1e-9, waits + 1e-9);
    }

    /** A chunk as one task that others wait for, and a second without work that gives a pair's other signal. */
    private static void add(List<Task> tasks, Op op, int rank, int ranks, double[] seconds) {
        List<Signal> needs = new ArrayList<>();
        List<Optional<Signal>> gives = new ArrayList<>();
        double work = 0;
        if (op.forward().isPresent()) {
            Chunk chunk = op.forward().get();
            int stage = chunk.stage(rank, ranks);
            work += seconds[0];
            gives.add(Optional.of(Signal.arrived(Pass.FORWARD, chunk, stage)));
            if (stage > 0) {
                needs.add(Signal.arrived(Pass.FORWARD, chunk, stage - 1));
            }
        }
        if (op.backward().isPresent() && op.kind() != Op.Kind.WEIGHTS) {
            Chunk chunk = op.backward().get();
            int stage = chunk.stage(rank, ranks);
            work += seconds[1];
            gives.add(Optional.of(Signal.arrived(Pass.BACKWARD, chunk, stage)));
            needs.add(
                    stage == ranks - 1
                            ? Signal.arrived(Pass.FORWARD, chunk, stage)
                            : Signal.arrived(Pass.BACKWARD, chunk, stage + 1));
        }
        if (op.kind() != Op.Kind.FORWARD && op.kind() != Op.Kind.INPUTS) {
            work += seconds[2];
        }
        if (gives.isEmpty()) {
            gives.add(Optional.empty());
        }
        for (Optional<Signal> given : gives) {
            tasks.add(new Task(rank, Lane.COMPUTE, op, Kernel.ATTENTION, Pass.FORWARD, work, true, needs, given));
            work = 0;
        }
    }
}
