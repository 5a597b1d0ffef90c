package mhc.model.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.StringJoiner;
import mhc.model.decoder.JsonFields;

/**
 * What a checkpoint's {@code generation_config.json} says of greedy generation, as lm-evaluation-harness 0.4.13 obeys it
 * through transformers' {@code generate}. How to sample is no part of it: the harness asks for the likeliest token.
 *
 * @param repetitionPenalty factor by which tokens that stand in prompt or answer already are less likely; 1 for none
 * @param maxNewTokens limit of every answer, whatever a task's own
 * @param endTokens end-of-text ids: those of the file where there is one, though it name none, else those of {@code
 *     config.json}
 * @param others keys of the file that change greedy generation too and are not obeyed
 */
public record GenerationConfig(
        double repetitionPenalty, OptionalInt maxNewTokens, List<Integer> endTokens, List<String> others) {
    /** Of a checkpoint that says nothing. */
    public static final GenerationConfig NONE = new GenerationConfig(1, OptionalInt.empty(), List.of(), List.of());

    /** Keys that change what is likeliest or how long is generated, each with the value that changes nothing. */
    private static final Map<String, Double> NEUTRAL = Map.of(
            "num_beams", 1.0,
            "min_new_tokens", 0.0,
            "min_length", 0.0,
            "no_repeat_ngram_size", 0.0,
            "guidance_scale", 1.0);

    /** Keys that do so whenever they are given. */
    private static final List<String> NEVER_NEUTRAL = List.of(
            "bad_words_ids",
            "begin_suppress_tokens",
            "exponential_decay_length_penalty",
            "forced_bos_token_id",
            "forced_eos_token_id",
            "sequence_bias",
            "stop_strings",
            "suppress_tokens");

    public GenerationConfig {
        endTokens = List.copyOf(endTokens);
        others = List.copyOf(others);
    }

    /**
     * Reads a checkpoint's file, if it has one.
     *
     * @throws mhc.datasets.InputException when a value is not what it may be
     */
    public static GenerationConfig of(Checkpoint checkpoint) {
        Optional<Path> file = checkpoint.optional("generation_config.json");
        if (file.isEmpty()) {
            return new GenerationConfig(
                    1, OptionalInt.empty(), checkpoint.config().endTokens(), List.of());
        }
        JsonFields fields = JsonFields.read(file.get());
        GenerationConfig config = new GenerationConfig(
                fields.positiveNumber("repetition_penalty", 1),
                fields.absent("max_new_tokens")
                        ? OptionalInt.empty()
                        : OptionalInt.of(fields.positive("max_new_tokens")),
                fields.tokens("eos_token_id"),
                others(fields));
        fields.throwIfWrong();
        return config;
    }

    private static List<String> others(JsonFields fields) {
        List<String> others = new ArrayList<>();
        NEUTRAL.forEach((key, value) -> {
            if (!fields.absent(key) && fields.node(key).asDouble(value) != value) {
                others.add(key);
            }
        });
        NEVER_NEUTRAL.stream().filter(key -> !fields.absent(key)).forEach(others::add);
        others.sort(null);
        return others;
    }

    /** The same for a protocol that sets limits itself and asks for the model's own likeliest tokens. */
    public GenerationConfig withoutPenaltyAndLimit() {
        return new GenerationConfig(1, OptionalInt.empty(), endTokens, others);
    }

    /** What a run does not obey, as {@code repetition_penalty 1.1, num_beams}; empty where it obeys all. */
    public String ignored(boolean obeyed) {
        StringJoiner ignored = new StringJoiner(", ");
        if (!obeyed && repetitionPenalty != 1) {
            ignored.add("repetition_penalty " + repetitionPenalty);
        }
        if (!obeyed && maxNewTokens.isPresent()) {
            ignored.add("max_new_tokens " + maxNewTokens.getAsInt());
        }
        others.forEach(ignored::add);
        return ignored.toString();
    }
}
