package mhc.model.probe.pipeline;

import java.util.List;

/** When a task ran: one span, or several where others of high priority came between. */
record Ran(Task task, List<Span> spans) {
    double from() {
        return spans.get(0).from();
    }

    double to() {
        return spans.get(spans.size() - 1).to();
    }

    double seconds() {
        return spans.stream().mapToDouble(Span::seconds).sum();
    }
}
