package mhc.model.decoder;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Fills in what TorchScript files leave open. A name in capitals, such as {@code HEADS}, stands for a number, a flag or
 * a list; {@code w.q_proj} for the weight of that name in the list {@code w} of the part that the file belongs to, so
 * that a file is Python that every editor reads. A flag in an {@code if} decides while the program is compiled: what it
 * leaves out may name weights that are not there.
 */
public final class Binder {
    /** The engine's numbers for types and layouts, which every file may name. */
    private static final Map<String, String> COMMON = Map.of(
            "UINT8", "0", "INT32", "3", "INT64", "4", "FLOAT32", "6", "FLOAT64", "7", "BOOL", "11", "CONTIGUOUS", "0");

    /** A comment or a text, where nothing is filled in; {@code w.name}; a name in capitals. */
    private static final Pattern OPEN =
            Pattern.compile("#[^\n]*|\"[^\"\n]*\"|(?<![\\w.])(w\\.[a-z]\\w*|[A-Z][A-Z0-9_]+)(?!\\w)");

    private final String files;
    private final String text;
    private final Map<String, String> values = new LinkedHashMap<>();

    private Binder(String files, String text) {
        this.files = files;
        this.text = text;
    }

    /** Files among the resources beside a class, which make up one part. */
    public static Binder of(Class<?> beside, String... files) {
        StringBuilder text = new StringBuilder();
        for (String file : files) {
            try (InputStream in = beside.getResourceAsStream(file)) {
                if (in == null) {
                    throw new IllegalArgumentException("there is no " + file + " beside " + beside.getName());
                }
                text.append(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                        .append('\n');
            } catch (IOException e) {
                throw new UncheckedIOException(file + " cannot be read", e);
            }
        }
        return new Binder(String.join(", ", files), text.toString());
    }

    /** TorchScript that stands nowhere else: what a test or a measurement runs. */
    public static Binder of(String text) {
        return new Binder("the text", text);
    }

    public Binder set(String name, long value) {
        return bind(name, Long.toString(value));
    }

    public Binder set(String name, double value) {
        return bind(name, Double.toString(value));
    }

    public Binder set(String name, boolean value) {
        return bind(name, value ? "True" : "False");
    }

    /** A list of numbers or flags. */
    public Binder set(String name, List<?> values) {
        return bind(
                name,
                values.stream()
                        .map(value -> value instanceof Boolean flag ? (flag ? "True" : "False") : value.toString())
                        .collect(Collectors.joining(", ", "[", "]")));
    }

    /** The weights of {@code w}, in order, each by its {@link TensorSpec#shortName()}. */
    public Binder weights(List<TensorSpec> tensors) {
        for (int i = 0; i < tensors.size(); i++) {
            weight(tensors.get(i).shortName(), i);
        }
        return this;
    }

    /** One weight by its index. */
    public Binder weight(String name, int index) {
        return bind("w." + name, "w[" + index + "]");
    }

    /** Some weights as a list, those from an index to one before another. */
    public Binder weights(String name, int from, int to) {
        return bind("w." + name, "w[" + from + ":" + to + "]");
    }

    /** All weights from an index on as a list. */
    public Binder weightsFrom(String name, int from) {
        return bind("w." + name, "w[" + from + ":]");
    }

    /** Weights that only some configurations have: {@code None} unless they are bound already. */
    public Binder optional(String... names) {
        for (String name : names) {
            values.putIfAbsent("w." + name, "None");
        }
        return this;
    }

    private Binder bind(String name, String value) {
        if (COMMON.containsKey(name) || values.putIfAbsent(name, value) != null) {
            throw new IllegalArgumentException(name + " is bound already in " + files);
        }
        return this;
    }

    /**
     * The definitions of the files.
     *
     * @throws IllegalStateException when a file leaves something open that is not bound, or what is bound stands in
     *     none
     */
    public Script script() {
        Set<String> missing = new TreeSet<>();
        Set<String> unused = new HashSet<>(values.keySet());
        String filled = OPEN.matcher(text).replaceAll(found -> {
            String name = found.group(1);
            if (name == null) {
                return Matcher.quoteReplacement(found.group());
            }
            String value = values.getOrDefault(name, COMMON.get(name));
            unused.remove(name);
            if (value == null) {
                missing.add(name);
                return Matcher.quoteReplacement(name);
            }
            return value;
        });
        if (!missing.isEmpty() || !unused.isEmpty()) {
            throw new IllegalStateException(
                    files + ": left open " + missing + ", bound without being used " + new TreeSet<>(unused));
        }
        return Script.parse(files, filled);
    }
}
