package mhc.jobs.plan;

import java.util.PriorityQueue;

/**
 * What becomes of a queue whose next shard starts as soon as an executor is free.
 *
 * @param makespan when the last shard ends, in the unit of the shards' lengths
 * @param busy sum of the lengths
 * @param longest of them
 */
record Schedule(int executors, double makespan, double busy, double longest) {

    /** @param lengths of the shards in the order of the queue */
    static Schedule of(double[] lengths, int executors) {
        PriorityQueue<Double> free = new PriorityQueue<>();
        double makespan = 0;
        double busy = 0;
        double longest = 0;
        for (double length : lengths) {
            double start = free.size() < executors ? 0 : free.remove();
            free.add(start + length);
            makespan = Math.max(makespan, start + length);
            busy += length;
            longest = Math.max(longest, length);
        }
        return new Schedule(executors, makespan, busy, longest);
    }

    /** Part of the executors' time, 0 to 1, in which they wait for the last shard. */
    double idle() {
        return makespan == 0 ? 0 : 1 - busy / (executors * makespan);
    }

    /** What no order of these shards is faster than. */
    double floor() {
        return Math.max(longest, busy / executors);
    }
}
