package mhc.model.checkpoint;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import mhc.datasets.InputException;
import mhc.datasets.Reason;
import mhc.model.decoder.JsonFields;
import mhc.model.kernels.NativeLibraries;

/**
 * The checkpoint's own tokenizer. Special tokens are added as the tokenizer itself says, and contexts and continuations
 * are cut apart as lm-evaluation-harness 0.4.13 does (api/model.py, {@code TemplateLM._encode_pair}). Thread-safe.
 */
public final class Tokenizer implements AutoCloseable {
    // Without these options the library cuts every text to 512 tokens.
    private static final Map<String, String> WHOLE_TEXTS = Map.of("truncation", "false", "padding", "false");

    private final HuggingFaceTokenizer tokenizer;
    private final String firstText;
    private final OptionalLong prefix;
    private final Set<Long> ends;
    private final String endText;
    private final Map<Long, String> special;

    private Tokenizer(
            HuggingFaceTokenizer tokenizer,
            String firstText,
            OptionalLong prefix,
            Set<Long> ends,
            String endText,
            Map<Long, String> special) {
        this.tokenizer = tokenizer;
        this.firstText = firstText;
        this.prefix = prefix;
        this.ends = Set.copyOf(ends);
        this.endText = endText;
        this.special = Map.copyOf(special);
    }

    /** A context and its continuation; the continuation's tokens depend on the context before them. */
    public record Pair(long[] context, long[] continuation) {}

    /** Loads {@code tokenizer.json} and what the checkpoint's other files say about special tokens. */
    public static Tokenizer open(Checkpoint checkpoint) {
        JsonNode settings = checkpoint
                .optional("tokenizer_config.json")
                .map(JsonFields::object)
                .orElseGet(JsonFields.JSON::createObjectNode);
        JsonNode json = JsonFields.object(checkpoint.tokenizer());
        Map<String, Long> added = new HashMap<>();
        Map<Long, String> special = new HashMap<>();
        json.path("added_tokens").forEach(token -> {
            added.put(token.path("content").asText(), token.path("id").asLong());
            if (token.path("special").asBoolean()) {
                special.put(token.path("id").asLong(), token.path("content").asText());
            }
        });
        requireFitting(checkpoint, json.path("model").path("vocab"), added);

        String firstText = text(settings.path("bos_token"));
        Long first = added.get(firstText);
        String endText = text(settings.path("eos_token"));
        Long last = added.get(endText);
        Set<Long> ends = new HashSet<>();
        GenerationConfig.of(checkpoint).endTokens().forEach(id -> ends.add(id.longValue()));
        if (last != null) {
            ends.add(last);
        }
        OptionalLong prefix = Stream.of(
                        Optional.ofNullable(first).stream(),
                        Optional.ofNullable(last).stream(),
                        checkpoint.config().firstToken().stream().mapToObj(Long::valueOf),
                        checkpoint.config().endTokens().stream()
                                .map(Integer::longValue)
                                .sorted())
                .flatMap(ids -> ids)
                .mapToLong(Long::longValue)
                .findFirst();
        return new Tokenizer(load(checkpoint), firstText, prefix, ends, endText, special);
    }

    /** An embedding may have more rows than there are tokens, but not fewer. */
    private static void requireFitting(Checkpoint checkpoint, JsonNode vocabulary, Map<String, Long> added) {
        // Ids stand beside the tokens, or are the tokens' places in a list.
        long largest = vocabulary.isArray() ? vocabulary.size() - 1 : -1;
        for (JsonNode id : vocabulary.isObject() ? vocabulary : JsonFields.JSON.createArrayNode()) {
            largest = Math.max(largest, id.asLong());
        }
        for (long id : added.values()) {
            largest = Math.max(largest, id);
        }
        int rows = checkpoint.config().vocabulary();
        if (largest >= rows) {
            throw new InputException(checkpoint.tokenizer() + " has a token with id " + largest
                    + ", but the embedding has " + rows + " rows (vocab_size of config.json): use the tokenizer.json"
                    + " that belongs to these weights.");
        }
    }

    private static HuggingFaceTokenizer load(Checkpoint checkpoint) {
        return NativeLibraries.load(() -> {
            try (InputStream json = Files.newInputStream(checkpoint.tokenizer())) {
                return HuggingFaceTokenizer.newInstance(json, WHOLE_TEXTS);
            } catch (IOException e) {
                throw new InputException(
                        checkpoint.tokenizer() + " cannot be read (" + e + "): check that it is there and readable.",
                        e);
            } catch (RuntimeException e) {
                throw new InputException(
                        checkpoint.tokenizer() + " is not a tokenizer that can be loaded ("
                                + Reason.of(e)
                                + "): copy the checkpoint's tokenizer.json again.",
                        e);
            }
        });
    }

    /** A special token stands as a text or as an object with its content. */
    private static String text(JsonNode token) {
        return token.isObject() ? token.path("content").asText("") : token.asText("");
    }

    /** Tokens of a text, special ones added as the tokenizer does, unless the text begins with them already. */
    public long[] encode(String text) {
        return encode(text, firstText.isEmpty() || !text.startsWith(firstText));
    }

    /** The tokens alone: {@link HuggingFaceTokenizer#encode} also fetches the text and the place of each, which takes longer. */
    private long[] encode(String text, boolean withSpecialTokens) {
        long encoding = TokenizersLibrary.LIB.encode(tokenizer.getHandle(), text, withSpecialTokens);
        try {
            return TokenizersLibrary.LIB.getTokenIds(encoding);
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    /** Tokens of a text that opens a sequence; never empty. */
    public long[] encodePrompt(String text) {
        long[] ids = encode(text);
        return ids.length == 0 ? new long[] {requirePrefix()} : ids;
    }

    /** Tokens of a context and of each continuation after it. */
    public List<Pair> encodePairs(String context, List<String> continuations) {
        if (context.isEmpty()) {
            return continuations.stream().map(this::withoutContext).toList();
        }
        int kept = context.length();
        while (kept > 0 && isWhitespace(context.charAt(kept - 1))) {
            kept--;
        }
        long[] bare = encode(context.substring(0, kept));
        List<Pair> pairs = new ArrayList<>();
        for (String continuation : continuations) {
            long[] whole = encode(context + continuation);
            long[] rest =
                    bare.length < whole.length ? Arrays.copyOfRange(whole, bare.length, whole.length) : new long[0];
            pairs.add(new Pair(bare.length == 0 ? new long[] {requirePrefix()} : bare, rest));
        }
        return pairs;
    }

    private Pair withoutContext(String continuation) {
        long opening = requirePrefix();
        long[] ids = encode(continuation, false);
        boolean opened = ids.length > 0 && ids[0] == opening;
        return new Pair(new long[] {opening}, opened ? Arrays.copyOfRange(ids, 1, ids.length) : ids);
    }

    /**
     * Tokens of a text that opens a sequence, moved away from its beginning by line feeds, which stand behind the special
     * tokens that open it.
     *
     * @throws InputException when no single token is a line feed
     */
    public long[] shifted(long[] ids, int offset) {
        if (offset == 0) {
            return ids;
        }
        long[] filler = encode("\n", false);
        if (filler.length != 1) {
            throw new InputException("The tokenizer makes " + filler.length
                    + " tokens of a line feed, so that prompts cannot be moved by single ones: leave out"
                    + " inference.position-offsets.");
        }
        int opening = 0;
        while (opening < ids.length && isSpecial(ids[opening])) {
            opening++;
        }
        long[] shifted = new long[ids.length + offset];
        System.arraycopy(ids, 0, shifted, 0, opening);
        Arrays.fill(shifted, opening, opening + offset, filler[0]);
        System.arraycopy(ids, opening, shifted, opening + offset, ids.length - opening);
        return shifted;
    }

    /** Text of tokens, special ones left out. */
    public String decode(long[] ids) {
        return tokenizer.decode(ids, true);
    }

    /** Whether {@link #decode} leaves a token out. */
    public boolean isSpecial(long id) {
        return special.containsKey(id);
    }

    /** The text of a special token, which {@link #decode} leaves out; empty for other tokens. */
    public String specialText(long id) {
        return special.getOrDefault(id, "");
    }

    /** The text of the tokenizer's end-of-text token, which ends a text however it is spelled; may be empty. */
    public String endText() {
        return endText;
    }

    /** Whether a token ends a text. */
    public boolean isEnd(long id) {
        return ends.contains(id);
    }

    /** The token that stands before a text without context: beginning of text, or else end of text. */
    public long requirePrefix() {
        return prefix.orElseThrow(() -> new InputException(
                "The checkpoint names neither a bos nor an eos token, so an empty context cannot be asked: set"
                        + " bos_token_id in config.json."));
    }

    /** White space as Python's {@code str.rstrip} sees it. */
    private static boolean isWhitespace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
