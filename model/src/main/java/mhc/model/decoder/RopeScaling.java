package mhc.model.decoder;

/** How the frequencies of a rotary embedding are bent to reach beyond the length of pre-training. */
public sealed interface RopeScaling {

    /**
     * Frequencies after scaling.
     *
     * @param plain {@code theta^(-2i/width)}, [width / 2]
     */
    float[] apply(float[] plain, double theta);

    /** Factor on the rotated queries and keys. */
    default double rotation() {
        return 1;
    }

    /** Factor on the attention scores of DeepSeek's attention. */
    default double scores() {
        return 1;
    }

    /** Frequencies as they are. */
    record None() implements RopeScaling {
        @Override
        public float[] apply(float[] plain, double theta) {
            return plain.clone();
        }
    }

    /** Every frequency divided by {@code factor}. */
    record Linear(double factor) implements RopeScaling {
        @Override
        public float[] apply(float[] plain, double theta) {
            float[] scaled = plain.clone();
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] = (float) (plain[i] / factor);
            }
            return scaled;
        }
    }

    /** Llama 3.1: long waves are divided by {@code factor}, short ones kept, those between interpolated. */
    record Llama3(double factor, double lowFactor, double highFactor, double originalLength) implements RopeScaling {
        @Override
        public float[] apply(float[] plain, double theta) {
            float[] scaled = plain.clone();
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] = apply(plain[i]);
            }
            return scaled;
        }

        private float apply(float frequency) {
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

    /**
     * YaRN (arXiv 2309.00071), as in transformers: pairs that turn often within the original length are kept, those
     * that turn seldom divided by {@code factor}, with a ramp between.
     *
     * @param fast turns within the original length above which a pair is kept
     * @param slow turns below which it is divided
     * @param truncate whether the ends of the ramp are whole pairs
     * @param scores factor on the attention scores, from {@code mscale_all_dim}
     */
    record Yarn(
            double factor,
            double originalLength,
            double fast,
            double slow,
            boolean truncate,
            double rotation,
            double scores)
            implements RopeScaling {

        @Override
        public float[] apply(float[] plain, double theta) {
            int width = 2 * plain.length;
            double low = pair(fast, width, theta);
            double high = pair(slow, width, theta);
            if (truncate) {
                low = Math.floor(low);
                high = Math.ceil(high);
            }
            low = Math.max(low, 0);
            high = Math.min(high, width - 1);
            // A ramp of no width would divide by zero.
            double span = low == high ? 0.001 : high - low;
            float[] scaled = new float[plain.length];
            for (int i = 0; i < scaled.length; i++) {
                double divided = Math.min(1, Math.max(0, (i - low) / span));
                scaled[i] = (float) (plain[i] / factor * divided + plain[i] * (1 - divided));
            }
            return scaled;
        }

        /** The pair, counted in fractions, that turns so often within the original length. */
        private double pair(double turns, int width, double theta) {
            return width * Math.log(originalLength / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
        }

        /** YaRN's growth of attention with the factor: {@code 0.1 m ln(factor) + 1}. */
        static double growth(double factor, double m) {
            return factor <= 1 ? 1 : 0.1 * m * Math.log(factor) + 1;
        }
    }
}
