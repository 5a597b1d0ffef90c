package mhc.model.probe.pipeline;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/** The tasks of one lane of one rank that have not ended, and how much of the first one has run. */
final class LaneQueue {
    private final Deque<Task> tasks = new ArrayDeque<>();
    private final List<Span> spans = new ArrayList<>();
    private double done;

    void add(Task task) {
        tasks.add(task);
    }

    boolean isEmpty() {
        return tasks.isEmpty();
    }

    Task head() {
        return tasks.element();
    }

    /** Whether the first one has begun and keeps its multiprocessors. */
    boolean holds() {
        return !spans.isEmpty() && !head().yields();
    }

    boolean isReady(Set<Signal> given) {
        return !tasks.isEmpty() && given.containsAll(head().needs());
    }

    double left() {
        return head().seconds() - done;
    }

    void run(double from, double to) {
        int last = spans.size() - 1;
        if (last >= 0 && spans.get(last).to() == from) {
            spans.set(last, new Span(spans.get(last).from(), to));
        } else {
            spans.add(new Span(from, to));
        }
        done += to - from;
    }

    Ran finish() {
        Ran ran = new Ran(tasks.remove(), List.copyOf(spans));
        spans.clear();
        done = 0;
        return ran;
    }
}
