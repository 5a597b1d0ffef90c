package mhc.model.probe.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SimulationTest {
    private static final Chunk CHUNK = new Chunk(0, 0);

    private static Signal signal(int number) {
        return new Signal(Pass.FORWARD, CHUNK, 0, number);
    }

    /** A task that gives the signal of its number. */
    private static Task task(int number, int rank, Lane lane, double seconds, boolean yields, Integer... needs) {
        return new Task(
                rank,
                lane,
                Op.forward(CHUNK),
                Kernel.ATTENTION,
                Pass.FORWARD,
                seconds,
                yields,
                List.of(needs).stream().map(SimulationTest::signal).toList(),
                Optional.of(signal(number)));
    }

    private static Map<Integer, List<Span>> run(Task... tasks) {
        return Simulation.run(List.of(tasks)).stream()
                .collect(
                        Collectors.toMap(ran -> ran.task().gives().orElseThrow().number(), Ran::spans));
    }

    @Test
    void aLaneKeepsItsOrder() {
        assertThat(run(
                        task(0, 0, Lane.COMPUTE, 2, true, 2),
                        task(1, 0, Lane.COMPUTE, 1, true),
                        task(2, 1, Lane.COMMUNICATION, 5, true)))
                .isEqualTo(Map.of(0, List.of(new Span(5, 7)), 1, List.of(new Span(7, 8)), 2, List.of(new Span(0, 5))));
    }

    @Test
    void communicationRunsBesideCompute() {
        assertThat(run(task(0, 0, Lane.COMPUTE, 2, true), task(1, 0, Lane.COMMUNICATION, 3, true)))
                .isEqualTo(Map.of(0, List.of(new Span(0, 2)), 1, List.of(new Span(0, 3))));
    }

    @Test
    void priorityInterruptsWhatYields() {
        assertThat(run(
                        task(0, 0, Lane.COMPUTE, 4, true),
                        task(1, 0, Lane.COMMUNICATION, 1, true),
                        task(2, 0, Lane.PRIORITY, 2, true, 1)))
                .isEqualTo(Map.of(
                        0, List.of(new Span(0, 1), new Span(3, 6)),
                        1, List.of(new Span(0, 1)),
                        2, List.of(new Span(1, 3))));
    }

    @Test
    void priorityWaitsForWhatDoesNot() {
        assertThat(run(
                        task(0, 0, Lane.COMPUTE, 4, false),
                        task(1, 0, Lane.COMMUNICATION, 1, true),
                        task(2, 0, Lane.PRIORITY, 2, true, 1),
                        task(3, 0, Lane.COMPUTE, 1, false)))
                .isEqualTo(Map.of(
                        0, List.of(new Span(0, 4)),
                        1, List.of(new Span(0, 1)),
                        2, List.of(new Span(4, 6)),
                        3, List.of(new Span(6, 7))));
    }

    @Test
    void aTaskWithoutWorkPassesOn() {
        assertThat(run(task(0, 0, Lane.COMPUTE, 0, true), task(1, 0, Lane.COMPUTE, 1, true, 0)))
                .isEqualTo(Map.of(0, List.of(new Span(0, 0)), 1, List.of(new Span(0, 1))));
    }

    @Test
    void aCircleIsAnError() {
        assertThatThrownBy(() -> run(task(0, 0, Lane.COMPUTE, 1, true, 1), task(1, 1, Lane.COMPUTE, 1, true, 0)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("2 of 2 tasks wait for each other");
    }
}
