package mhc.reports;

import java.util.Locale;
import mhc.eval.stats.Difference;

/** A difference as a point on its interval, drawn in a table's cell, where its numbers stand beside it. */
final class IntervalPlot {
    private static final double WIDTH = 200;
    private static final double HEIGHT = 24;
    private static final double MARGIN = 6;

    private IntervalPlot() {}

    /** @param reach of both ends of the axis from its middle, which is no difference */
    static String svg(Difference difference, double reach) {
        double middle = HEIGHT / 2;
        return String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %.0f %.0f\" aria-hidden=\"true\"><line class=\"zero\" x1=\"%5$.1f\" x2=\"%5$.1f\""
                        + " y1=\"0\" y2=\"%2$.0f\"/><line class=\"interval\" x1=\"%3$.1f\" x2=\"%4$.1f\" y1=\"%7$.0f\""
                        + " y2=\"%7$.0f\"/><circle class=\"point\" cx=\"%6$.1f\" cy=\"%7$.0f\" r=\"4\"/></svg>",
                WIDTH,
                HEIGHT,
                x(difference.low(), reach),
                x(difference.high(), reach),
                x(0, reach),
                x(difference.delta(), reach),
                middle);
    }

    /** How far an interval reaches from no difference. */
    static double reach(Difference difference) {
        return Math.max(Math.abs(difference.low()), Math.abs(difference.high()));
    }

    private static double x(double difference, double reach) {
        double share = reach == 0 ? 0 : difference / reach;
        return WIDTH / 2 + share * (WIDTH / 2 - MARGIN);
    }
}
