package mhc.model.probe.pipeline;

/**
 * The residual streams.
 *
 * @param count n; 1 is the plain residual, without coefficients
 * @param recomputed whether only each stage's first streams and the sublayers' outputs are kept for the backward pass
 * @param fusedGradient whether the weighted read and the coefficients add to the streams' gradient in one kernel; else
 *     each reads the streams and adds for itself
 */
public record Streams(int count, boolean recomputed, boolean fusedGradient) {
    public static final Streams PLAIN = new Streams(1, false, true);

    boolean plain() {
        return count == 1;
    }
}
