package mhc.model.train;

/**
 * The learning rate of each step: linear warm-up, then the paper's two steps down (arXiv 2512.24880 Table 5).
 *
 * @param steps of the whole training
 * @param warmUp steps until the peak
 * @param peak learning rate
 */
public record Schedule(int steps, int warmUp, double peak) {
    private static final double FIRST_DECAY = 0.8;
    private static final double FIRST_FACTOR = 0.316;
    private static final double SECOND_DECAY = 0.9;
    private static final double SECOND_FACTOR = 0.1;

    /** @param step from zero */
    public double rate(long step) {
        if (step < warmUp) {
            return peak * (step + 1) / warmUp;
        }
        return peak * (step < FIRST_DECAY * steps ? 1 : step < SECOND_DECAY * steps ? FIRST_FACTOR : SECOND_FACTOR);
    }
}
