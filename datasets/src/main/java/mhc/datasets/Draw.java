package mhc.datasets;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Random choices from SplitMix64 (Steele, Lea and Flood 2014), written out so that the same seed gives the same choices on
 * every machine and Java release. Not safe to share between threads.
 */
public final class Draw {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    /** The stream of a seed. */
    public Draw(long seed) {
        this.state = seed;
    }

    /** The stream of one index of a seed: streams of different indices have nothing to do with each other. */
    public static Draw of(long seed, long index) {
        return new Draw(mix(mix(seed) + (index + 1) * GAMMA));
    }

    private static long mix(long bits) {
        long z = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** A whole number from {@code least} to {@code most}, both included. */
    public int between(int least, int most) {
        state += GAMMA;
        // The remainder favours small values by less than 2^-32 here, which no count of items can show.
        return least + (int) Long.remainderUnsigned(mix(state), (long) most - least + 1);
    }

    /** True in {@code percent} of a hundred draws. */
    public boolean percent(int percent) {
        return between(1, 100) <= percent;
    }

    /** One of the values, each as likely as the others. */
    public <T> T one(List<T> values) {
        return values.get(between(0, values.size() - 1));
    }

    /** {@code count} different values in random order. */
    public <T> List<T> some(List<T> values, int count) {
        List<T> drawn = new ArrayList<>(values);
        for (int i = 0; i < count; i++) {
            Collections.swap(drawn, i, between(i, values.size() - 1));
        }
        return List.copyOf(drawn.subList(0, count));
    }

    /** All values in random order. */
    public <T> List<T> shuffled(List<T> values) {
        return some(values, values.size());
    }
}
