package mhc.model.probe.pipeline;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Simulated steps as pictures. */
public final class TimelinePicture {
    private static final int LEFT = 110;
    private static final int WIDTH = 1200;
    private static final int ROW = 24;
    private static final int GAP = 6;

    /** Of both directions: a forward pass, gradients of inputs, both gradients at once; then gradients of weights. */
    private static final List<String> FORWARD = List.of("#f5b041", "#f8d9a0");

    private static final List<String> BACKWARD = List.of("#27ae60", "#a3dcb9");
    private static final List<String> INPUTS = List.of("#17a2a2", "#9fdede");
    private static final String WEIGHTS = "#7f8fd1";
    private static final String STREAMS = "#c0392b";

    private TimelinePicture() {}

    /** Every rank's chunks over a whole step; an overlapped pair is split in height. */
    public static String ofStep(Timeline timeline) {
        Svg svg = new Svg();
        double scale = (WIDTH - LEFT - 10) / timeline.seconds();
        int ranks = timeline.plan().step().ranks();
        for (int rank = 0; rank < ranks; rank++) {
            double y = 34 + rank * (ROW + GAP);
            svg.text(LEFT - 8, y + 16, "end", "rank %d, bubble %.0f%%".formatted(rank, 100 * timeline.bubble(rank)));
            for (Map.Entry<Op, Span> entry : timeline.ops(rank).entrySet()) {
                Op op = entry.getKey();
                double x = LEFT + entry.getValue().from() * scale;
                double width = entry.getValue().seconds() * scale;
                double part = op.kind() == Op.Kind.PAIR ? ROW / 2.0 : ROW;
                op.forward().ifPresent(chunk -> draw(svg, x, y, width, part, forward(chunk), chunk));
                op.backward().ifPresent(chunk -> draw(svg, x, y + ROW - part, width, part, backward(op, chunk), chunk));
            }
        }
        svg.text(
                LEFT,
                16,
                "start",
                "%s, n = %d: one step of %d micro-batches, %.0f ms"
                        .formatted(
                                timeline.plan().shape().name(),
                                timeline.plan().streams().count(),
                                timeline.plan().step().microBatches(),
                                timeline.seconds() * 1e3));
        legend(svg, 34 + ranks * (ROW + GAP) + 8, false);
        return svg.finish(WIDTH, 34 + ranks * (ROW + GAP) + 30);
    }

    private static void draw(Svg svg, double x, double y, double width, double height, String colour, Chunk chunk) {
        String number = Integer.toString(chunk.number());
        svg.box(x, y, width, height, colour, "direction %d, micro-batch %s".formatted(chunk.direction(), number));
        svg.label(x, y + height / 2 + 4, width, number);
    }

    private static String forward(Chunk chunk) {
        return FORWARD.get(chunk.direction());
    }

    private static String backward(Op op, Chunk chunk) {
        return switch (op.kind()) {
            case WEIGHTS -> WEIGHTS;
            case INPUTS -> INPUTS.get(chunk.direction());
            default -> BACKWARD.get(chunk.direction());
        };
    }

    /** The kernels of one rank's lanes during the first of two overlapped pairs in the middle of its step, and around it. */
    public static String ofPair(Timeline timeline, int rank) {
        List<Span> pairs = timeline.ops(rank).entrySet().stream()
                .filter(op -> op.getKey().kind() == Op.Kind.PAIR)
                .map(Map.Entry::getValue)
                .toList();
        Span pair = pairs.get(pairs.size() / 2);
        double margin = pair.seconds() / 20;
        Span window = new Span(pair.from() - margin, pair.to() + margin);
        Svg svg = new Svg();
        double scale = (WIDTH - LEFT - 10) / window.seconds();
        for (Lane lane : Lane.values()) {
            svg.text(LEFT - 8, y(lane) + 16, "end", lane.name().toLowerCase(Locale.ROOT));
        }
        timeline.of(rank).forEach(run -> run.spans().forEach(span -> {
            double from = Math.max(span.from(), window.from());
            double to = Math.min(span.to(), window.to());
            if (from < to) {
                double x = LEFT + (from - window.from()) * scale;
                double y = y(run.task().lane());
                svg.box(x, y, (to - from) * scale, ROW, colour(run.task()), title(run));
                svg.label(x, y + 16, (to - from) * scale, run.task().kernel().label());
            }
        }));
        svg.text(
                LEFT,
                16,
                "start",
                "%s, n = %d: a forward and a backward pass on rank %d, %.1f ms"
                        .formatted(
                                timeline.plan().shape().name(),
                                timeline.plan().streams().count(),
                                rank,
                                pair.seconds() * 1e3));
        legend(svg, 34 + 3 * (ROW + GAP) + 8, true);
        return svg.finish(WIDTH, 34 + 3 * (ROW + GAP) + 30);
    }

    private static double y(Lane lane) {
        return 34 + lane.ordinal() * (ROW + GAP);
    }

    private static String title(Ran run) {
        String pass = run.task().pass().name().toLowerCase(Locale.ROOT);
        return "%s, %s, %.2f ms".formatted(run.task().kernel().label(), pass, run.seconds() * 1e3);
    }

    private static String colour(Task task) {
        return switch (task.kernel()) {
            case READ, WRITE, WRITE_READ, RECOMPUTE -> STREAMS;
            default ->
                switch (task.pass()) {
                    case FORWARD -> FORWARD.get(0);
                    case BACKWARD -> BACKWARD.get(0);
                    case WEIGHTS -> WEIGHTS;
                };
        };
    }

    private static void legend(Svg svg, double y, boolean kernels) {
        String[][] entries = {
            {"forward", FORWARD.get(0)},
            {"backward", BACKWARD.get(0)},
            kernels ? new String[] {"streams", STREAMS} : new String[] {"gradients of inputs", INPUTS.get(0)},
            {"gradients of weights", WEIGHTS},
        };
        double x = LEFT;
        for (String[] entry : entries) {
            svg.box(x, y, 12, 12, entry[1], entry[0]);
            svg.text(x + 16, y + 10, "start", entry[0]);
            x += 160;
        }
        if (!kernels) {
            svg.text(x, y + 10, "start", "pale: the direction from the last rank to the first");
        }
    }
}
