package mhc.model.probe.pipeline;

import java.util.Locale;

/** A picture under construction: boxes and texts, in pixels. */
final class Svg {
    private final StringBuilder body = new StringBuilder();

    void box(double x, double y, double width, double height, String colour, String title) {
        add(
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"><title>%s</title></rect>",
                x, y, Math.max(0.2, width - 0.3), height, colour, title);
    }

    void text(double x, double y, String anchor, String text) {
        add("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>", x, y, anchor, text);
    }

    /** A text, if a box of that width has space for it. */
    void label(double x, double y, double width, String text) {
        if (width > 6.2 * text.length()) {
            text(x + width / 2, y, "middle", text);
        }
    }

    private void add(String format, Object... values) {
        body.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    String finish(int width, int height) {
        return String.format(Locale.ROOT, """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="10">
                <rect width="100%%" height="100%%" fill="white"/>
                %s</svg>
                """, width, height, body);
    }
}
