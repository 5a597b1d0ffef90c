package mhc.reports;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Texts of HTML pages. */
final class Html {
    private static final List<String> SCRIPTS = List.of("data", "pool", "elements", "differences", "sample", "browser");

    private Html() {}

    /** For elements and quoted attributes. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** Opens an element that scrolls a wide table, by keys as well; {@code label} says what it holds. */
    static String scroll(String label) {
        return "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"" + escape(label) + "\">";
    }

    /** The script of the samples: its files in one function, so that nothing of it is global. */
    static String script() {
        StringBuilder script = new StringBuilder("\n(() => {\n\"use strict\";\n");
        SCRIPTS.forEach(name -> script.append(resource("page/" + name + ".js")));
        return script.append("})();\n").toString();
    }

    /** A style sheet or script that comes with this package. */
    static String resource(String name) {
        try (InputStream in = Html.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
