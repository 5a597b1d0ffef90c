package mhc.jobs.ml;

import java.util.Locale;
import java.util.stream.Stream;
import mhc.eval.Request;

/** What a row asks: a text, or the likelihoods of given continuations. */
enum RequestKind {
    GENERATE,
    CHOOSE;

    /** As a param has it: {@code generate}, {@code choose}. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    static String[] keys() {
        return Stream.of(values()).map(RequestKind::key).toArray(String[]::new);
    }

    static RequestKind of(String key) {
        return valueOf(key.toUpperCase(Locale.ROOT));
    }

    static RequestKind of(Request request) {
        return request instanceof Request.Generate ? GENERATE : CHOOSE;
    }
}
