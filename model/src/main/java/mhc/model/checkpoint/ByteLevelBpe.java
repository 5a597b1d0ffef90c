package mhc.model.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import mhc.model.decoder.JsonFields;

/**
 * A byte-level BPE vocabulary learned from a text, as a {@code tokenizer.json}: any text has tokens, and comes back
 * whole.
 */
public final class ByteLevelBpe {
    /** Ends a text, and stands before one without context. */
    static final String END_OF_TEXT = "<|endoftext|>";

    /** Its id: the first of the vocabulary. */
    static final int END_OF_TEXT_ID = 0;

    /** How the byte-level pre-tokeniser cuts words (GPT-2). */
    private static final Pattern WORDS = Pattern.compile(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            Pattern.UNICODE_CHARACTER_CLASS);

    private final List<String> tokens;
    private final List<Pair> merges;

    private ByteLevelBpe(List<String> tokens, List<Pair> merges) {
        this.tokens = tokens;
        this.merges = merges;
    }

    private record Pair(String left, String right) implements Comparable<Pair> {
        @Override
        public int compareTo(Pair other) {
            int order = left.compareTo(other.left);
            return order != 0 ? order : right.compareTo(other.right);
        }
    }

    /** Learns up to {@code most} merges: the most frequent pair each time, the first in order among equals. */
    public static ByteLevelBpe learn(String text, int most) {
        Map<List<String>, Integer> words = new LinkedHashMap<>();
        WORDS.matcher(text).results().forEach(word -> words.merge(symbols(word.group()), 1, Integer::sum));
        List<String> tokens = new ArrayList<>(List.of(END_OF_TEXT));
        for (int value = 0; value < 256; value++) {
            tokens.add(symbol(value));
        }
        List<Pair> merges = new ArrayList<>();
        while (merges.size() < most) {
            Map<Pair, Integer> counts = new TreeMap<>();
            words.forEach((word, count) -> {
                for (int i = 1; i < word.size(); i++) {
                    counts.merge(new Pair(word.get(i - 1), word.get(i)), count, Integer::sum);
                }
            });
            Pair best = counts.entrySet().stream()
                    .reduce((a, b) -> b.getValue() > a.getValue() ? b : a)
                    .filter(entry -> entry.getValue() > 1)
                    .map(Map.Entry::getKey)
                    .orElse(null);
            if (best == null) {
                break;
            }
            merges.add(best);
            tokens.add(best.left() + best.right());
            Map<List<String>, Integer> merged = new LinkedHashMap<>();
            words.forEach((word, count) -> merged.merge(merge(word, best), count, Integer::sum));
            words.clear();
            words.putAll(merged);
        }
        return new ByteLevelBpe(tokens, merges);
    }

    int size() {
        return tokens.size();
    }

    /** The content of {@code tokenizer.json}. */
    ObjectNode json() {
        ObjectNode root = JsonFields.JSON.createObjectNode().put("version", "1.0");
        root.putNull("truncation").putNull("padding");
        root.putArray("added_tokens")
                .addObject()
                .put("id", 0)
                .put("content", END_OF_TEXT)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
        root.putNull("normalizer");
        byteLevel(root.putObject("pre_tokenizer"));
        root.putNull("post_processor");
        byteLevel(root.putObject("decoder"));
        ObjectNode model = root.putObject("model").put("type", "BPE");
        model.putNull("dropout")
                .putNull("unk_token")
                .putNull("continuing_subword_prefix")
                .putNull("end_of_word_suffix");
        model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
        ObjectNode vocabulary = model.putObject("vocab");
        for (int id = 0; id < tokens.size(); id++) {
            vocabulary.put(tokens.get(id), id);
        }
        ArrayNode list = model.putArray("merges");
        merges.forEach(pair -> list.addArray().add(pair.left()).add(pair.right()));
        return root;
    }

    private static void byteLevel(ObjectNode node) {
        node.put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", true);
    }

    private static List<String> symbols(String word) {
        List<String> symbols = new ArrayList<>();
        for (byte value : word.getBytes(StandardCharsets.UTF_8)) {
            symbols.add(symbol(value & 0xFF));
        }
        return symbols;
    }

    /** The printable character that stands for a byte: itself, or for blanks and controls one from U+0100 on. */
    private static String symbol(int value) {
        int shifted = 0x100;
        for (int other = 0; other < value; other++) {
            shifted += isPrintable(other) ? 0 : 1;
        }
        return Character.toString(isPrintable(value) ? value : shifted);
    }

    private static boolean isPrintable(int value) {
        return (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xAC) || value >= 0xAE;
    }

    private static List<String> merge(List<String> word, Pair pair) {
        List<String> merged = new ArrayList<>();
        for (int i = 0; i < word.size(); i++) {
            boolean here = i + 1 < word.size()
                    && word.get(i).equals(pair.left())
                    && word.get(i + 1).equals(pair.right());
            merged.add(here ? pair.left() + pair.right() : word.get(i));
            i += here ? 1 : 0;
        }
        return merged;
    }
}
