package mhc.jobs.bench;

import static mhc.jobs.run.TextColumns.name;
import static mhc.jobs.run.TextColumns.number;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import mhc.eval.Request;
import mhc.jobs.run.TextColumns;
import mhc.model.LanguageModel;
import mhc.model.Work;
import mhc.model.engine.DecoderPart;
import mhc.model.engine.EngineProfile;

/**
 * Where the time of some answers went.
 *
 * @param engine the parts of the model
 * @param tokeniseSeconds text to tokens
 * @param seconds in all, these included
 */
record InferenceProfile(EngineProfile engine, double tokeniseSeconds, double seconds) {
    private static final TextColumns.Column PART = name("seconds by part", 20);

    /** Answers once. */
    static InferenceProfile of(LanguageModel model, List<Request> requests) {
        Work[] work = {Work.NONE};
        long[] nanos = {0};
        EngineProfile engine = EngineProfile.of(model, () -> {
            long start = System.nanoTime();
            work[0] = model.answer(requests, (at, answer) -> {});
            nanos[0] = System.nanoTime() - start;
        });
        return new InferenceProfile(engine, work[0].tokeniseSeconds(), nanos[0] / 1e9);
    }

    /** What neither the engine nor the tokenizer took. */
    private double javaSeconds() {
        return seconds - engine.sum() - tokeniseSeconds;
    }

    /** A table with a column for each benchmark; nothing of none. */
    static void print(Map<String, InferenceProfile> profiles, PrintWriter out) {
        if (profiles.isEmpty()) {
            return;
        }
        TextColumns table = TextColumns.of(
                Stream.concat(Stream.of(PART), profiles.keySet().stream().map(title -> number(title, 10, "%.3f")))
                        .toArray(TextColumns.Column[]::new));
        out.println();
        out.println(table.header());
        for (DecoderPart part : DecoderPart.values()) {
            line(
                    table,
                    part.toString(),
                    profiles,
                    profile -> profile.engine().seconds().get(part),
                    out);
        }
        line(table, "tokenisation", profiles, InferenceProfile::tokeniseSeconds, out);
        line(table, "Java", profiles, InferenceProfile::javaSeconds, out);
        line(table, "all", profiles, InferenceProfile::seconds, out);
        out.flush();
    }

    private static void line(
            TextColumns table,
            String label,
            Map<String, InferenceProfile> profiles,
            ToDoubleFunction<InferenceProfile> value,
            PrintWriter out) {
        out.println(table.line(
                Stream.concat(Stream.of(label), profiles.values().stream().map(profile ->
                                (Object) value.applyAsDouble(profile)))
                        .toArray()));
    }
}
