package mhc.reports;

import static mhc.reports.Html.escape;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * Lines over a common axis, as SVG that a page's style colours; told apart by dashes as well.
 *
 * @param x name of the horizontal axis
 * @param y name of the vertical axis
 * @param logarithmic whether the vertical axis is, where the values allow it
 */
record LineChart(String x, String y, boolean logarithmic, List<Line> lines) {
    private static final int WIDTH = 360;
    private static final int HEIGHT = 220;
    private static final int LEFT = 46;
    private static final int RIGHT = 8;
    private static final int TOP = 20;
    private static final int BOTTOM = 34;
    private static final int MOST_TICKS = 6;

    /** Of the style sheet: lines beyond these begin again. */
    private static final int STYLES = 6;

    /** Points in the order of their x; those whose y is not finite are left out. */
    record Line(String name, double[] x, double[] y) {}

    String html() {
        Axis across = Axis.over(lines.stream().flatMapToDouble(line -> DoubleStream.of(line.x())), false);
        Axis up = Axis.over(lines.stream().flatMapToDouble(line -> DoubleStream.of(line.y())), logarithmic);
        StringBuilder out = new StringBuilder("<figure class=\"chart\"><svg viewBox=\"0 0 " + WIDTH + " " + HEIGHT
                + "\" role=\"img\" aria-label=\"" + escape(described()) + "\">\n");
        for (double tick : up.ticks()) {
            double at = vertical(up, tick);
            out.append(format(
                            "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
                            LEFT, WIDTH - RIGHT, at, at))
                    .append(format("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", LEFT - 5, at + 4))
                    .append(number(tick))
                    .append("</text>\n");
        }
        for (double tick : across.ticks()) {
            out.append(format(
                            "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">",
                            horizontal(across, tick), HEIGHT - BOTTOM + 15))
                    .append(number(tick))
                    .append("</text>\n");
        }
        out.append("<text x=\"2\" y=\"11\">" + escape(y) + "</text>\n<text x=\"" + (WIDTH - RIGHT) + "\" y=\""
                + (HEIGHT - 4) + "\" text-anchor=\"end\">" + escape(x) + "</text>\n");
        for (int i = 0; i < lines.size(); i++) {
            out.append("<polyline class=\"line s" + i % STYLES + "\" points=\"" + points(lines.get(i), across, up)
                    + "\"/>\n");
        }
        return out.append("</svg>\n<figcaption><ul class=\"legend\">")
                .append(legend())
                .append("</ul></figcaption></figure>\n")
                .toString();
    }

    private String points(Line line, Axis across, Axis up) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < line.x().length; i++) {
            if (Double.isFinite(line.y()[i]) && (!up.logarithmic() || line.y()[i] > 0)) {
                points.append(format("%.1f,%.1f ", horizontal(across, line.x()[i]), vertical(up, line.y()[i])));
            }
        }
        return points.toString().strip();
    }

    private String legend() {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            out.append("<li><svg viewBox=\"0 0 30 8\" aria-hidden=\"true\"><line class=\"line s" + i % STYLES
                            + "\" x1=\"0\" x2=\"30\" y1=\"4\" y2=\"4\"/></svg>")
                    .append(escape(lines.get(i).name()))
                    .append("</li>");
        }
        return out.toString();
    }

    /** For who does not see the lines: where each begins and ends. */
    private String described() {
        List<String> ends = new ArrayList<>();
        for (Line line : lines) {
            if (line.y().length > 0) {
                ends.add(line.name() + " from " + number(line.y()[0]) + " to " + number(line.y()[line.y().length - 1]));
            }
        }
        return y + " over " + x + ": " + String.join("; ", ends);
    }

    private static double horizontal(Axis axis, double value) {
        return LEFT + axis.share(value) * (WIDTH - LEFT - RIGHT);
    }

    private static double vertical(Axis axis, double value) {
        return HEIGHT - BOTTOM - axis.share(value) * (HEIGHT - TOP - BOTTOM);
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** Up to four significant digits. */
    static String number(double value) {
        if (value == 0) {
            return "0";
        }
        double size = Math.abs(value);
        if (size >= 1e5 || size < 1e-3) {
            return format("%.3g", value);
        }
        String text = format(size >= 1000 ? "%.0f" : size >= 10 ? "%.1f" : "%.3f", value);
        return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
    }

    /** From the smallest to the largest finite value. */
    private record Axis(double low, double high, boolean logarithmic) {
        static Axis over(DoubleStream values, boolean logarithmic) {
            double[] finite = values.filter(Double::isFinite).toArray();
            double low = DoubleStream.of(finite).min().orElse(0);
            double high = DoubleStream.of(finite).max().orElse(1);
            boolean powers = logarithmic && low > 0 && high / low >= 10;
            return high > low ? new Axis(low, high, powers) : new Axis(low - 0.5, low + 0.5, false);
        }

        double share(double value) {
            return logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
        }

        /** Round numbers: powers of ten, or 1, 2 or 5 times one apart. */
        List<Double> ticks() {
            List<Double> ticks = new ArrayList<>();
            if (logarithmic) {
                int first = (int) Math.ceil(Math.log10(low) - 1e-9);
                int last = (int) Math.floor(Math.log10(high) + 1e-9);
                int step = 1 + (last - first) / MOST_TICKS;
                for (int power = first; power <= last; power += step) {
                    ticks.add(Math.pow(10, power));
                }
                return ticks;
            }
            double rough = (high - low) / MOST_TICKS;
            double power = Math.pow(10, Math.floor(Math.log10(rough)));
            double step = DoubleStream.of(1, 2, 5, 10)
                    .map(times -> times * power)
                    .filter(size -> size >= rough)
                    .findFirst()
                    .orElseThrow();
            for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
                ticks.add(i * step);
            }
            return ticks;
        }
    }
}
