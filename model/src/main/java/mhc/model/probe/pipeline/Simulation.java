package mhc.model.probe.pipeline;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Runs tasks from event to event. A lane runs its tasks in order, each once what it needs has happened; a rank's
 * {@link Lane#PRIORITY} takes the multiprocessors from its {@link Lane#COMPUTE}, unless that one's task does not yield.
 */
final class Simulation {
    private final Map<Integer, Map<Lane, LaneQueue>> ranks = new TreeMap<>();
    private final Set<Signal> given = new HashSet<>();
    private final List<Ran> ran = new ArrayList<>();

    private Simulation(List<Task> tasks) {
        for (Task task : tasks) {
            ranks.computeIfAbsent(task.rank(), rank -> lanes()).get(task.lane()).add(task);
        }
    }

    private static Map<Lane, LaneQueue> lanes() {
        Map<Lane, LaneQueue> lanes = new EnumMap<>(Lane.class);
        for (Lane lane : Lane.values()) {
            lanes.put(lane, new LaneQueue());
        }
        return lanes;
    }

    /**
     * @return the tasks in the order in which they ended
     * @throws IllegalStateException when tasks wait for each other
     */
    static List<Ran> run(List<Task> tasks) {
        Simulation simulation = new Simulation(tasks);
        double now = 0;
        for (List<LaneQueue> running = simulation.running(); !running.isEmpty(); running = simulation.running()) {
            now = simulation.advance(now, running);
        }
        if (simulation.ran.size() < tasks.size()) {
            throw new IllegalStateException(
                    "%d of %d tasks wait for each other".formatted(tasks.size() - simulation.ran.size(), tasks.size()));
        }
        return simulation.ran;
    }

    private List<LaneQueue> running() {
        List<LaneQueue> running = new ArrayList<>();
        for (Map<Lane, LaneQueue> lanes : ranks.values()) {
            LaneQueue compute = lanes.get(Lane.COMPUTE);
            LaneQueue priority = lanes.get(Lane.PRIORITY);
            LaneQueue communication = lanes.get(Lane.COMMUNICATION);
            if (communication.isReady(given)) {
                running.add(communication);
            }
            if (priority.isReady(given) && !compute.holds()) {
                running.add(priority);
            } else if (compute.isReady(given)) {
                running.add(compute);
            }
        }
        return running;
    }

    /** Lets them run until the first of them ends; all that end then end at the same time. */
    private double advance(double now, List<LaneQueue> running) {
        double least = running.stream().mapToDouble(LaneQueue::left).min().orElseThrow();
        double then = now + least;
        for (LaneQueue lane : running) {
            boolean ends = lane.left() <= least;
            lane.run(now, then);
            if (ends) {
                lane.head().gives().ifPresent(given::add);
                ran.add(lane.finish());
            }
        }
        return then;
    }
}
