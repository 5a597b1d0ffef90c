package mhc.model.probe.pipeline;

/** Seconds from the start of a step. */
record Span(double from, double to) {
    double seconds() {
        return to - from;
    }
}
