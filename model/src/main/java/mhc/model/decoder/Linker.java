package mhc.model.decoder;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts scripts together into the one source of an archive: the module class, and what it reaches. A bare name that is
 * called is a definition of exactly one script, a replacement for one, or Python's; nothing else is let through, so
 * that a function that is renamed on one side alone is an error and not another program.
 */
public final class Linker {
    private static final Set<String> PYTHON =
            Set.of("annotate", "bool", "float", "int", "len", "max", "min", "range", "isinstance");

    /** A comment or a text, where nothing is called; a name by itself, perhaps called. */
    private static final Pattern NAME = Pattern.compile(
            "#[^\n]*|\"[^\"\n]*\"|(?<![\\w.])((?:def|class) )?(?:__torch__\\.)?([A-Za-z_]\\w*)(?!\\w)(\\()?");

    private final Map<String, String> definitions;
    private final Map<String, Replacement> replacements = new HashMap<>();
    private final Map<String, Integer> calls = new HashMap<>();
    private final Map<String, String> linked = new LinkedHashMap<>();

    /**
     * An operation that takes the place of a function of the same signature.
     *
     * @param name of the function
     * @param operation as the archive names it
     * @param calls of it in the whole program; 0 for any number, at least one; {@link #IF_CALLED} for any number
     */
    public record Replacement(String name, String operation, int calls) {
        /** Some programs call the function and some do not. */
        public static final int IF_CALLED = -1;

        private boolean allows(int found) {
            return calls == IF_CALLED || (calls == 0 ? found > 0 : found == calls);
        }
    }

    private Linker(List<Script> scripts, List<Replacement> replacements) {
        this.definitions =
                scripts.stream().reduce(new Script(Map.of()), Script::and).definitions();
        for (Replacement replacement : replacements) {
            if (!definitions.containsKey(replacement.name())) {
                throw new IllegalStateException(
                        replacement.operation() + " is to replace " + replacement.name() + ", which no script defines");
            }
            this.replacements.put(replacement.name(), replacement);
        }
    }

    /** The source of a module and what it calls, as it stands. */
    public static String link(Script... scripts) {
        return link(List.of(scripts), List.of());
    }

    /**
     * The source of a module and what it calls, some of it replaced.
     *
     * @throws IllegalStateException when a called name is defined nowhere or twice, or when a replacement is called
     *     another number of times than it says
     */
    public static String link(List<Script> scripts, List<Replacement> replacements) {
        return new Linker(scripts, replacements).link();
    }

    private String link() {
        Deque<String> waiting = new ArrayDeque<>(List.of(TorchArchive.MODULE));
        while (!waiting.isEmpty()) {
            String name = waiting.poll();
            if (!linked.containsKey(name)) {
                linked.put(name, resolved(name, waiting));
            }
        }
        for (Replacement replacement : replacements.values()) {
            int found = calls.getOrDefault(replacement.name(), 0);
            if (!replacement.allows(found)) {
                throw new IllegalStateException("The program calls " + replacement.operation() + " " + found
                        + " times, expected " + (replacement.calls() == 0 ? "at least once" : replacement.calls()));
            }
        }
        return String.join("\n", linked.values());
    }

    /** A definition with its names resolved; those that it needs are appended. */
    private String resolved(String name, Deque<String> needed) {
        String text = definitions.get(name);
        if (text == null) {
            throw new IllegalStateException("no script defines " + name);
        }
        return NAME.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(
                        found.group(2) == null || found.group(1) != null
                                ? found.group()
                                : resolved(name, found, needed)));
    }

    private String resolved(String in, MatchResult found, Deque<String> needed) {
        String name = found.group(2);
        boolean called = found.group(3) != null;
        Replacement replacement = replacements.get(name);
        if (called && replacement != null) {
            calls.merge(name, 1, Integer::sum);
            return replacement.operation() + "(";
        }
        String definition = definitions.get(name);
        // A variable may have the name of a function, a type is a type everywhere.
        if (definition != null && (called || definition.startsWith("class "))) {
            needed.add(name);
            return "__torch__." + name + (called ? "(" : "");
        }
        if (called && !PYTHON.contains(name)) {
            throw new IllegalStateException(in + " calls " + name + ", which no script defines");
        }
        return found.group();
    }
}
