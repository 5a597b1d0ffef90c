package mhc.eval.stats;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/** SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), written out so that no Java release changes a published figure. */
final class SplitMix {
    private long state;

    SplitMix(long seed) {
        state = seed;
    }

    /** Seeded by the texts in their order: 64-bit FNV-1a over their UTF-8 bytes, each followed by a zero byte. */
    static SplitMix seededBy(Stream<String> texts) {
        long[] hash = {0xcbf29ce484222325L};
        texts.forEachOrdered(text -> {
            for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
                hash[0] = (hash[0] ^ (b & 0xff)) * 0x100000001b3L;
            }
            hash[0] *= 0x100000001b3L;
        });
        return new SplitMix(hash[0]);
    }

    long next() {
        state += 0x9e3779b97f4a7c15L;
        long z = state;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** Uniform in [0, bound), to within bound / 2^32. */
    int below(int bound) {
        return (int) (((next() >>> 32) * bound) >>> 32);
    }

    /** Uniform in [0, 1). */
    double uniform() {
        return (next() >>> 11) * 0x1.0p-53;
    }
}
