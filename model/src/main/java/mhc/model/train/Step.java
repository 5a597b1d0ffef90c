package mhc.model.train;

/**
 * What a step of training found.
 *
 * @param step from zero
 * @param loss mean over its tokens before the update, in nats
 * @param gradientNorm before clipping
 * @param rate learning rate
 * @param tokens trained on so far
 * @param seconds that it took
 */
public record Step(long step, double loss, double gradientNorm, double rate, long tokens, double seconds) {}
