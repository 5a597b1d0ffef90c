package mhc.eval.lmeval;

import java.util.HashSet;
import java.util.Set;

/**
 * CPython's {@code random.Random} as far as few-shot draws need it: the Mersenne Twister MT19937 seeded by
 * {@code init_by_array}, {@code getrandbits}, rejection sampling below a bound, and {@code sample} with its two branches
 * (CPython 3.11, {@code Modules/_randommodule.c} and {@code Lib/random.py}). Mutable; one per task.
 */
final class PythonRandom {
    private static final int N = 624;
    private static final int M = 397;

    private final int[] state = new int[N];
    private int next = N;

    /** As {@code random.Random(seed)} of a non-negative integer. */
    PythonRandom(long seed) {
        if (seed < 0) {
            throw new IllegalArgumentException("seed is " + seed + ", expected 0 or more");
        }
        int high = (int) (seed >>> 32);
        seedByArray(high == 0 ? new int[] {(int) seed} : new int[] {(int) seed, high});
    }

    private void seedByArray(int[] key) {
        state[0] = 19650218;
        for (int i = 1; i < N; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
        }
        int i = 1;
        for (int k = 0; k < Math.max(N, key.length); k++) {
            int j = k % key.length;
            state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >>> 30)) * 1664525)) + key[j] + j;
            i = advance(i);
        }
        for (int k = 0; k < N - 1; k++) {
            state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >>> 30)) * 1566083941)) - i;
            i = advance(i);
        }
        state[0] = 0x80000000;
    }

    private int advance(int i) {
        if (i + 1 < N) {
            return i + 1;
        }
        state[0] = state[N - 1];
        return 1;
    }

    private int nextWord() {
        if (next == N) {
            for (int i = 0; i < N; i++) {
                int y = (state[i] & 0x80000000) | (state[(i + 1) % N] & 0x7fffffff);
                state[i] = state[(i + M) % N] ^ (y >>> 1) ^ ((y & 1) == 0 ? 0 : 0x9908b0df);
            }
            next = 0;
        }
        int y = state[next++];
        y ^= y >>> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        return y ^ (y >>> 18);
    }

    /** {@code getrandbits(bits)} for 0 to 32 bits, as an unsigned value. */
    long randomBits(int bits) {
        if (bits < 0 || bits > 32) {
            throw new IllegalArgumentException("bits is " + bits + ", expected 0 to 32");
        }
        return bits == 0 ? 0 : Integer.toUnsignedLong(nextWord()) >>> (32 - bits);
    }

    /** A value from 0 to {@code bound} - 1; words are drawn until one fits. */
    int below(int bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("bound is " + bound + ", expected at least 1");
        }
        int bits = 32 - Integer.numberOfLeadingZeros(bound);
        long drawn = randomBits(bits);
        while (drawn >= bound) {
            drawn = randomBits(bits);
        }
        return (int) drawn;
    }

    /** {@code sample(range(population), count)}: distinct indices in draw order. */
    int[] sample(int population, int count) {
        if (count < 0 || count > population) {
            throw new IllegalArgumentException("a sample of " + count + " out of " + population);
        }
        // Python keeps a pool where a list of the population costs less memory than a set of the sample.
        int setSize = 21;
        if (count > 5) {
            for (long power = 1; power < 3L * count; power *= 4) {
                setSize = Math.toIntExact(21 + power * 4);
            }
        }
        return population <= setSize ? sampleFromPool(population, count) : sampleByRejection(population, count);
    }

    private int[] sampleFromPool(int population, int count) {
        int[] pool = new int[population];
        for (int i = 0; i < population; i++) {
            pool[i] = i;
        }
        int[] drawn = new int[count];
        for (int i = 0; i < count; i++) {
            int j = below(population - i);
            drawn[i] = pool[j];
            pool[j] = pool[population - i - 1];
        }
        return drawn;
    }

    private int[] sampleByRejection(int population, int count) {
        Set<Integer> seen = new HashSet<>();
        int[] drawn = new int[count];
        for (int i = 0; i < count; i++) {
            int j = below(population);
            while (!seen.add(j)) {
                j = below(population);
            }
            drawn[i] = j;
        }
        return drawn;
    }
}
