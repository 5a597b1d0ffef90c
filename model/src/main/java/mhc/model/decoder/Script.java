package mhc.model.decoder;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Functions and classes of TorchScript, each by its name. They call each other by bare names, which {@link Linker}
 * makes those of an archive.
 *
 * @param definitions the text of each, in the order of the file
 */
public record Script(Map<String, String> definitions) {
    /** Where a definition begins, at the left margin. */
    private static final Pattern BEGIN = Pattern.compile("(?m)^(?:def|class) (\\w+)");

    /** A line at the left margin that is a remark on what follows. */
    private static final Pattern REMARK = Pattern.compile("(?m)^#.*\n?");

    public Script {
        definitions = new LinkedHashMap<>(definitions);
    }

    /**
     * Definitions one after the other.
     *
     * @param origin for messages
     * @throws IllegalStateException when a name is defined twice
     */
    static Script parse(String origin, String text) {
        String bare = REMARK.matcher(text).replaceAll("");
        Map<String, String> definitions = new LinkedHashMap<>();
        Matcher begin = BEGIN.matcher(bare);
        boolean found = begin.find();
        while (found) {
            String name = begin.group(1);
            int from = begin.start();
            found = begin.find();
            String definition = bare.substring(from, found ? begin.start() : bare.length());
            if (definitions.put(name, definition.strip() + "\n") != null) {
                throw new IllegalStateException(name + " is defined twice in " + origin);
            }
        }
        return new Script(definitions);
    }

    /**
     * The definitions of this script and of another one.
     *
     * @throws IllegalStateException when both define a name
     */
    Script and(Script other) {
        Map<String, String> both = new LinkedHashMap<>(definitions);
        other.definitions.forEach((name, text) -> {
            if (both.put(name, text) != null) {
                throw new IllegalStateException(name + " is defined by two scripts");
            }
        });
        return new Script(both);
    }

    /**
     * This script with some of its functions written otherwise.
     *
     * @throws IllegalStateException when the other defines what this does not
     */
    public Script with(Script others) {
        Map<String, String> all = new LinkedHashMap<>(definitions);
        others.definitions.forEach((name, text) -> {
            if (all.put(name, text) == null) {
                throw new IllegalStateException(name + " is to be written otherwise, but is not defined");
            }
        });
        return new Script(all);
    }

    /** A module with some methods, for what a test or a measurement runs; they begin at the left margin. */
    public static Script module(String methods) {
        String header =
                Binder.of(Script.class, "module.py").script().definitions().get(TorchArchive.MODULE);
        return parse("the methods", header + "\n" + methods.indent(4));
    }

    /** The root mean squares that norms and coefficients share. */
    public static Script norms() {
        return Binder.of(Script.class, "norm.py").script();
    }
}
