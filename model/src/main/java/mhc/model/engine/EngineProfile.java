package mhc.model.engine;

import ai.djl.pytorch.jni.JniUtils;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import mhc.model.LanguageModel;

/**
 * Where the time of an engine's calls goes, by libtorch's own profiler: off but while {@link #of} runs. It lengthens
 * every operation by some microseconds.
 *
 * @param seconds of all calls together, by part
 */
public record EngineProfile(Map<DecoderPart, Double> seconds) {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonReadFeature.ALLOW_TRAILING_COMMA).build();

    /** An operation or a function of the program, in microseconds. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Event(String name, double ts, double dur) {
        double end() {
            return ts + dur;
        }

        boolean isOperation() {
            return name.contains("::");
        }
    }

    /**
     * Profiles what a model does while some work runs, which uses it and starts no other thread that does.
     *
     * @param model that {@link LanguageModels} opened
     */
    public static EngineProfile of(LanguageModel model, Runnable work) {
        TorchModule module = ((CheckpointModel) model).module();
        try {
            Path trace = Files.createTempFile("mhc-profile", ".json");
            try {
                // The profiler is one of a thread: that of the passes.
                module.run(scope -> {
                    JniUtils.startProfile(false, false, false);
                    return null;
                });
                try {
                    work.run();
                } finally {
                    module.run(scope -> {
                        JniUtils.stopProfile(trace.toString());
                        return null;
                    });
                }
                return new EngineProfile(byPart(read(trace)));
            } finally {
                Files.delete(trace);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("A profile needs a file for temporary use", e);
        }
    }

    private static List<Event> read(Path trace) throws IOException {
        List<Event> events = new ArrayList<>();
        try (MappingIterator<Event> found = JSON.readerFor(Event.class).readValues(trace.toFile())) {
            found.forEachRemaining(events::add);
        }
        return events;
    }

    /** Operations count with what they call; what is left of the outermost functions lies between operations. */
    static Map<DecoderPart, Double> byPart(List<Event> events) {
        Map<DecoderPart, Double> seconds = new EnumMap<>(DecoderPart.class);
        for (DecoderPart part : DecoderPart.values()) {
            seconds.put(part, 0.0);
        }
        List<Event> ordered = new ArrayList<>(events);
        ordered.sort(Comparator.comparingDouble(Event::ts)
                .thenComparing(Comparator.comparingDouble(Event::dur).reversed()));
        Deque<Event> around = new ArrayDeque<>();
        for (Event event : ordered) {
            while (!around.isEmpty() && around.peek().end() <= event.ts()) {
                around.pop();
            }
            boolean outermost = around.isEmpty();
            if (!outermost && around.peek().isOperation()) {
                continue;
            }
            if (event.isOperation()) {
                List<String> functions = around.stream().map(Event::name).toList();
                seconds.merge(DecoderPart.of(event.name(), functions), event.dur() * 1e-6, Double::sum);
            }
            if (outermost != event.isOperation()) {
                double between = outermost ? event.dur() : -event.dur();
                seconds.merge(DecoderPart.BETWEEN, between * 1e-6, Double::sum);
            }
            around.push(event);
        }
        return seconds;
    }

    /** Of all parts. */
    public double sum() {
        return seconds.values().stream().mapToDouble(Double::doubleValue).sum();
    }
}
