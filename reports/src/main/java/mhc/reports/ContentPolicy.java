package mhc.reports;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * What a page may do (Content-Security-Policy level 3): use the one style and the one script that it was written with, known
 * by their hashes, and scripts beside it. Nothing is fetched from elsewhere, and a script that came in with a model's text
 * would not run.
 */
record ContentPolicy(String style, String script) {
    /** Its element. */
    String html() {
        return "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src " + source(style)
                + "; script-src " + source(script) + " 'self' file:; base-uri 'none'; form-action 'none'\">\n";
    }

    private static String source(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
