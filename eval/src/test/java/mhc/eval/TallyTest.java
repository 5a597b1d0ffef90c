package mhc.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TallyTest {

    private static Tally all(double... scores) {
        TallyBuilder tally = new TallyBuilder();
        for (double score : scores) {
            tally.add(score);
        }
        return tally.build();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 13, 257})
    void everyGroupingGivesTheSameTally(int size) {
        Random random = new Random(size);
        Tally forward = Tally.EMPTY;
        Tally backward = Tally.EMPTY;
        Tally[] shards = new Tally[3];
        Arrays.fill(shards, Tally.EMPTY);
        double[] scores =
                random.doubles(size).map(x -> Math.rint(x * 100) / 100).toArray();
        for (int i = 0; i < size; i++) {
            forward = forward.plus(all(scores[i]));
            backward = backward.plus(all(scores[size - 1 - i]));
            int shard = random.nextInt(3);
            shards[shard] = shards[shard].plus(all(scores[i]));
        }
        assertThat(backward).isEqualTo(forward);
        assertThat(shards[2].plus(shards[0]).plus(shards[1])).isEqualTo(forward);
        double mean = Arrays.stream(scores).average().orElseThrow();
        assertThat(forward.mean()).isCloseTo(mean, within(1e-15));
        if (size > 1) {
            double squares = Arrays.stream(scores)
                    .map(score -> (score - mean) * (score - mean))
                    .sum();
            assertThat(forward.standardError()).isCloseTo(Math.sqrt(squares / (size - 1) / size), within(1e-14));
        }
    }

    @Test
    void proportionsAreExact() {
        assertThat(all(1, 0, 0).mean()).isEqualTo(1.0 / 3);
        assertThat(all(1, 1, 0, 0).variance()).isEqualTo(1.0 / 3);
        assertThat(all(1, 1, 0, 0).standardError()).isEqualTo(Math.sqrt(1.0 / 12));
        assertThat(all(1, 1).standardError()).isZero();
        assertThat(all(0.67).mean()).isCloseTo(0.67, within(0x1p-53));
        assertThat(all(1, 1).plusZeros(2)).isEqualTo(all(1, 1, 0, 0));
    }

    @Test
    void tooFewScoresHaveNoError() {
        assertThat(Tally.EMPTY.mean()).isNaN();
        assertThat(Tally.EMPTY.standardError()).isNaN();
        assertThat(all(1).standardError()).isNaN();
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1.0000001, Double.NaN, Double.POSITIVE_INFINITY})
    void aScoreOutsideItsRangeIsRefused(double score) {
        assertThatThrownBy(() -> all(score)).isInstanceOf(IllegalArgumentException.class);
    }
}
