package mhc.model;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Rotary position embedding.
 *
 * @param theta base of the frequencies
 */
record Rope(double theta, Scaling scaling) {

    /** How frequencies are bent to reach beyond the length of pre-training. */
    sealed interface Scaling {
        /** A frequency after scaling, in turns of 2 pi per 2 pi tokens. */
        float apply(float frequency);
    }

    /** Frequencies as they are. */
    record Unscaled() implements Scaling {
        @Override
        public float apply(float frequency) {
            return frequency;
        }
    }

    /** Every frequency divided by {@code factor}. */
    record Linear(double factor) implements Scaling {
        @Override
        public float apply(float frequency) {
            return (float) (frequency / factor);
        }
    }

    /** Llama 3.1: long waves are divided by {@code factor}, short ones kept, those between interpolated. */
    record Llama3(double factor, double lowFactor, double highFactor, double originalLength) implements Scaling {
        @Override
        public float apply(float frequency) {
            double wave = 2 * Math.PI / frequency;
            if (wave < originalLength / highFactor) {
                return frequency;
            }
            if (wave > originalLength / lowFactor) {
                return (float) (frequency / factor);
            }
            double smooth = (originalLength / wave - lowFactor) / (highFactor - lowFactor);
            return (float) ((1 - smooth) * frequency / factor + smooth * frequency);
        }
    }

    /** {@code rope_parameters} (or the older {@code rope_scaling}) and {@code rope_theta}, inside or at the top level. */
    static Rope read(JsonFields fields) {
        String group = fields.node("rope_parameters").isObject() ? "rope_parameters" : "rope_scaling";
        JsonNode parameters = fields.node(group);
        double theta = fields.positiveNumber("rope_theta", 10_000);
        if (parameters.has("rope_theta")) {
            theta = number(fields, parameters, group, "rope_theta");
        }
        String type =
                parameters.path("rope_type").asText(parameters.path("type").asText("default"));
        Scaling scaling =
                switch (type) {
                    case "default" -> new Unscaled();
                    case "linear" -> new Linear(number(fields, parameters, group, "factor"));
                    case "llama3" ->
                        new Llama3(
                                number(fields, parameters, group, "factor"),
                                number(fields, parameters, group, "low_freq_factor"),
                                number(fields, parameters, group, "high_freq_factor"),
                                number(fields, parameters, group, "original_max_position_embeddings"));
                    default -> {
                        fields.problem(group + ".rope_type is \"" + type + "\", supported: default, linear, llama3");
                        yield new Unscaled();
                    }
                };
        return new Rope(theta, scaling);
    }

    private static double number(JsonFields fields, JsonNode parameters, String group, String key) {
        JsonNode node = parameters.path(key);
        if (!node.isNumber() || !(node.doubleValue() > 0) || Double.isInfinite(node.doubleValue())) {
            fields.problem(group + "." + key + " is " + (node.isMissingNode() ? "absent" : node)
                    + ", expected a positive number");
            return 1;
        }
        return node.doubleValue();
    }

    /** Angle per token of each pair of numbers, [width / 2]; every step is rounded to float32 as in the usual runtimes. */
    float[] frequencies(int width) {
        float[] frequencies = new float[width / 2];
        for (int i = 0; i < frequencies.length; i++) {
            float exponent = (float) (2 * i) / width;
            frequencies[i] = scaling.apply(1f / (float) Math.pow(theta, exponent));
        }
        return frequencies;
    }
}
