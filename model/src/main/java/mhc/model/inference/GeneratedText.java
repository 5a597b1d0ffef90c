package mhc.model.inference;

import java.util.Arrays;
import java.util.List;
import mhc.model.checkpoint.Tokenizer;

/**
 * A text as its tokens come: notices a stop string as soon as the text holds it, decoding only the newest tokens. A
 * token may hold part of a character, or the end of one stop string and the start of other text.
 */
public final class GeneratedText {
    /**
     * Tokens after which a character that is still incomplete never will be whole: four bytes of UTF-8, one a token.
     */
    private static final int LONGEST_CHARACTER = 4;

    private final Tokenizer tokenizer;
    private final List<String> stops;
    private final int overlap;

    private long[] ids = new long[16];
    private int count;
    // Tokens [fixed, shown) give the text that ends "tail"; decoding from "fixed" keeps what depends on neighbours
    // right.
    private int fixed;
    private int shown;
    private String tail = "";

    public GeneratedText(Tokenizer tokenizer, List<String> stops) {
        this.tokenizer = tokenizer;
        this.stops = stops;
        this.overlap = stops.stream().mapToInt(String::length).max().orElse(1) - 1;
    }

    public int tokens() {
        return count;
    }

    /** The tokens, with unused elements behind them. */
    long[] ids() {
        return ids;
    }

    /**
     * Takes one more token and tells whether the text holds a stop string now, or the token is a special one, of which
     * the text shows nothing, that spells one.
     */
    public boolean add(long id) {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
        }
        ids[count++] = id;
        if (stops.isEmpty()) {
            return false;
        }
        String special = tokenizer.specialText(id);
        if (!special.isEmpty() && firstStop(special) >= 0) {
            return true;
        }
        String before = decode(fixed, shown);
        String now = decode(fixed, count);
        String fresh = now.startsWith(before) ? now.substring(before.length()) : now;
        String seen = tail + fresh;
        boolean incomplete = now.endsWith("\uFFFD") && count - shown < LONGEST_CHARACTER;
        if (!incomplete) {
            fixed = shown;
            shown = count;
            tail = seen.substring(Math.max(0, seen.length() - overlap));
        }
        return firstStop(seen) >= 0 && firstStop(decode(0, count)) >= 0;
    }

    /** The whole text, cut before the first of each stop string, one after the other. */
    public String text() {
        String text = decode(0, count);
        for (String stop : stops) {
            int cut = text.indexOf(stop);
            text = cut < 0 ? text : text.substring(0, cut);
        }
        return text;
    }

    /** How much of {@link #text()} the first tokens make, a character that they begin left aside. */
    int lengthOf(int tokens) {
        String text = text();
        String first = decode(0, tokens);
        int length = 0;
        while (length < Math.min(first.length(), text.length()) && first.charAt(length) == text.charAt(length)) {
            length++;
        }
        return length;
    }

    /** Whether a stop string cut the text. */
    public boolean stopped() {
        return firstStop(decode(0, count)) >= 0;
    }

    private int firstStop(String text) {
        return stops.stream()
                .mapToInt(text::indexOf)
                .filter(at -> at >= 0)
                .min()
                .orElse(-1);
    }

    private String decode(int from, int to) {
        return from == to ? "" : tokenizer.decode(Arrays.copyOfRange(ids, from, to));
    }
}
