package mhc.eval.lmeval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Draws of CPython 3.11's {@code random.Random}. */
class PythonRandomTest {

    @Test
    void samplesAsPythonDoes() {
        PythonRandom five = new PythonRandom(1234);
        assertThat(five.sample(7473, 5)).containsExactly(6374, 3610, 957, 61, 742);
        assertThat(five.sample(7473, 5)).containsExactly(7462, 6610, 4769, 286, 5501);
        PythonRandom eight = new PythonRandom(1234);
        assertThat(eight.sample(7473, 8)).containsExactly(6374, 3610, 957, 61, 742, 7462, 6610, 4769);
        assertThat(eight.sample(7473, 8)).containsExactly(286, 5501, 5677, 687, 806, 6279, 2905, 1939);
        PythonRandom eleven = new PythonRandom(1234);
        assertThat(eleven.sample(39905, 11))
                .containsExactly(28883, 7657, 490, 5940, 38156, 2288, 5500, 6450, 23241, 15519, 1142);
        assertThat(eleven.sample(39905, 11))
                .containsExactly(2019, 1038, 22681, 31735, 30379, 9735, 5982, 11999, 7498, 958, 32970);
    }

    /** Both branches of {@code sample}, the bounds between them, seeds of one and two words, many draws in a row. */
    @ParameterizedTest
    @CsvSource({
        "1234, 7473, 5, 1319, 3964512464",
        "1234, 400, 8, 500, 14989294",
        "1234, 120, 11, 500, 1716378839",
        "1234, 60, 6, 500, 4152447179",
        "1234, 19, 4, 500, 1805168157",
        "1234, 21, 5, 100, 2258973564",
        "1234, 22, 5, 100, 2304197537",
        "1234, 85, 6, 100, 16336240",
        "1234, 86, 6, 100, 26194153",
        "1234, 5, 5, 50, 3945086734",
        "1234, 1, 1, 10, 0",
        "0, 100, 7, 100, 3116975178",
        "42, 1000, 10, 100, 1237633343",
        "1099511627776, 39905, 11, 300, 1822470626",
        "123456789012345678, 1000, 50, 50, 3710120557",
        "1234, 2147483647, 3, 100, 3311832609",
        "1234, 4096, 21, 50, 2907173384",
        "1234, 4117, 21, 50, 3308287917",
    })
    void manySamplesInARow(long seed, int population, int count, int calls, long digest) {
        PythonRandom random = new PythonRandom(seed);
        int value = 0;
        for (int call = 0; call < calls; call++) {
            for (int index : random.sample(population, count)) {
                value = 31 * value + index;
            }
        }
        assertThat(Integer.toUnsignedLong(value)).isEqualTo(digest);
    }

    @Test
    void drawsBits() {
        PythonRandom random = new PythonRandom(1234);
        assertThat(IntStream.range(0, 3).mapToLong(i -> random.randomBits(32)))
                .containsExactly(4150886329L, 3342196574L, 1892932127L);
        assertThat(IntStream.of(1, 5, 13, 31).mapToLong(random::randomBits)).containsExactly(0L, 0L, 742L, 1956305976L);
    }

    @Test
    void refusesWhatItCannotDraw() {
        PythonRandom random = new PythonRandom(1234);
        assertThat(random.sample(3, 0)).isEmpty();
        assertThatThrownBy(() -> random.sample(3, 4)).hasMessage("a sample of 4 out of 3");
        assertThatThrownBy(() -> random.below(0)).hasMessageStartingWith("bound is 0");
        assertThatThrownBy(() -> random.randomBits(33)).hasMessageStartingWith("bits is 33");
        assertThatThrownBy(() -> new PythonRandom(-1)).hasMessageStartingWith("seed is -1");
    }
}
