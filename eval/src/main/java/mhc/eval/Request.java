package mhc.eval;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import mhc.datasets.Sha256;

/** What a language model is asked. Two kinds only: continue a text greedily, or score given continuations of it. */
public sealed interface Request extends Serializable {

    /** Text before the answer; may be empty. */
    String context();

    /** SHA-256 (hex) over every field, lengths included: equal requests have equal hashes, and only they. */
    String hash();

    /**
     * Greedy generation until a stop string, the end of text or the limit.
     *
     * @param stops the answer is cut before the first occurrence of any of these; never empty strings
     * @param maxTokens most tokens to generate, at least 1
     */
    record Generate(String context, List<String> stops, int maxTokens) implements Request {
        public Generate {
            stops = List.copyOf(stops);
            if (stops.stream().anyMatch(String::isEmpty)) {
                throw new IllegalArgumentException("A stop string is empty: every answer would be");
            }
            if (maxTokens < 1) {
                throw new IllegalArgumentException("maxTokens is " + maxTokens + ", expected at least 1");
            }
        }

        @Override
        public String hash() {
            return Hash.of("generate", context, stops, maxTokens);
        }
    }

    /**
     * Log-likelihood of each continuation after the context.
     *
     * @param continuations texts appended to the context as they stand (leading blank included); at least one
     */
    record Choice(String context, List<String> continuations) implements Request {
        public Choice {
            continuations = List.copyOf(continuations);
            if (continuations.isEmpty()) {
                throw new IllegalArgumentException("A choice has no continuation");
            }
        }

        @Override
        public String hash() {
            return Hash.of("choice", context, continuations, 0);
        }
    }

    /** Length-prefixed SHA-256 of a request's fields. */
    final class Hash {
        private Hash() {}

        private static String of(String kind, String context, List<String> texts, int number) {
            MessageDigest sha = Sha256.digest();
            update(sha, kind);
            update(sha, context);
            sha.update(
                    ByteBuffer.allocate(8).putInt(texts.size()).putInt(number).flip());
            texts.forEach(text -> update(sha, text));
            return Sha256.hex(sha);
        }

        private static void update(MessageDigest sha, String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            sha.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
            sha.update(bytes);
        }
    }
}
