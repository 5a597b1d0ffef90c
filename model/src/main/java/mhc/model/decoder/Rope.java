package mhc.model.decoder;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Rotary position embedding.
 *
 * @param theta base of the frequencies
 */
public record Rope(double theta, RopeScaling scaling) {

    /**
     * {@code rope_parameters} (or the older {@code rope_scaling}) and {@code rope_theta}, inside or at the top level.
     */
    static Rope read(JsonFields fields, int maxLength) {
        String name = fields.node("rope_parameters").isObject() ? "rope_parameters" : "rope_scaling";
        double outer = fields.positiveNumber("rope_theta", 10_000);
        JsonFields group = fields.group(name);
        double theta = group.positiveNumber("rope_theta", outer);
        JsonNode type = group.node(group.node("rope_type").isMissingNode() ? "type" : "rope_type");
        if (group.positiveNumber("partial_rotary_factor", fields.positiveNumber("partial_rotary_factor", 1)) != 1) {
            fields.problem("partial_rotary_factor is not 1: heads that are rotated in part are not supported");
        }
        RopeScaling scaling =
                switch (type.asText("default")) {
                    case "default" -> new RopeScaling.None();
                    case "linear" -> new RopeScaling.Linear(group.positiveNumber("factor"));
                    case "llama3" ->
                        new RopeScaling.Llama3(
                                group.positiveNumber("factor"),
                                group.positiveNumber("low_freq_factor"),
                                group.positiveNumber("high_freq_factor"),
                                group.positiveNumber("original_max_position_embeddings"));
                    case "yarn" -> yarn(group, maxLength);
                    default -> {
                        fields.problem(name + ".rope_type is " + type + ", supported: default, linear, llama3, yarn");
                        yield new RopeScaling.None();
                    }
                };
        return new Rope(theta, scaling);
    }

    /** Defaults are those of transformers ({@code _compute_yarn_parameters}, {@code yarn_apply_mscale}). */
    private static RopeScaling yarn(JsonFields group, int maxLength) {
        double original = group.positiveNumber("original_max_position_embeddings", maxLength);
        double factor = group.positiveNumber("factor", maxLength / original);
        double m = group.notNegativeNumber("mscale", 0);
        double allDimensions = group.notNegativeNumber("mscale_all_dim", 0);
        double growth = m != 0 && allDimensions != 0
                ? RopeScaling.Yarn.growth(factor, m) / RopeScaling.Yarn.growth(factor, allDimensions)
                : RopeScaling.Yarn.growth(factor, 1);
        double scores = allDimensions == 0 ? 1 : RopeScaling.Yarn.growth(factor, allDimensions);
        return new RopeScaling.Yarn(
                factor,
                original,
                group.positiveNumber("beta_fast", 32),
                group.positiveNumber("beta_slow", 1),
                group.flag("truncate", true),
                group.positiveNumber("attention_factor", growth),
                scores * scores);
    }

    /**
     * Angle per token of each pair of numbers, [width / 2]; every step is rounded to float32 as in the usual runtimes.
     */
    public float[] frequencies(int width) {
        float[] frequencies = new float[width / 2];
        for (int i = 0; i < frequencies.length; i++) {
            float exponent = (float) (2 * i) / width;
            frequencies[i] = 1f / (float) Math.pow(theta, exponent);
        }
        return scaling.apply(frequencies, theta);
    }

    /**
     * TorchScript of {@code angles(frequencies [K * R/2], positions [T]) -> (cos, sin [K,1,T,R])}, {@code
     * angles_in(tokens, windowed) -> (cos, sin [1,1,T,R])} and {@code rotate(x [1,H,T,R], cos, sin)}, which may write
     * over x.
     *
     * @param kinds K of rotary embeddings; with two, layers that have a window take the second
     */
    Script script(int kinds) {
        return Binder.of(Script.class, "rope.py")
                .set("KINDS", kinds)
                .set("SCALE", scaling.rotation())
                .script();
    }
}
