package mhc.eval.lmeval.latex;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.TreeSet;
import mhc.eval.lmeval.OfficialVectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EqualityTest {
    /**
     * Where verdicts differ from sympy's, which rounds decimals as doubles before it compares, keeps roots of decimals apart
     * from roots of integers, answers 0/0 by what it has cached, and reads numbers and limits only once it has chosen a text's end.
     */
    private static final Set<String> KNOWN = new TreeSet<>(Set.of(
            "0.1+0.2 | 0.3",
            "0.3 | 0.1+0.2",
            "0.1\\cdot3 | 0.3",
            "0.1x+0.2x | 0.3x",
            "(0.1)^2 | 0.01",
            "\\sqrt{2.0} | \\sqrt{2}",
            "1.4142135623730951 | \\sqrt{2}",
            "\\frac{0}{0} | 0",
            "2(05,1) | 2",
            "3\\lim | 3"));

    @Test
    void agreesWithSympyButForTheListedPairs() {
        Set<String> different = new TreeSet<>();
        int equal = 0;
        for (JsonNode pair : OfficialVectors.of(EqualityTest.class, "equivalence.jsonl")) {
            String one = pair.get(0).textValue();
            String other = pair.get(1).textValue();
            boolean expected = pair.get(2).booleanValue();
            equal += expected ? 1 : 0;
            if (Equality.holds(one, other) != expected) {
                different.add(one + " | " + other);
            }
        }
        assertThat(equal).isGreaterThan(150);
        assertThat(different).isEqualTo(KNOWN);
    }

    /** What a model says when it runs on: bounded, and without an overflow of the stack. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x(", "(", "-", "|", "x", "1+", "2^", "\\frac{", "\\sqrt{", "\\sin ", "f(x)", "{", "x!", "a(b(",
                "\\left("
            })
    void givesUpOnEndlessRepetition(String part) throws InterruptedException {
        boolean[] verdict = {true};
        Runnable reading = () -> {
            for (int times : new int[] {4000, 790, 390, 50}) {
                verdict[0] = Equality.holds(part.repeat(times) + "y", "z");
            }
        };
        Thread small = new Thread(null, reading, "small stack", 512 * 1024);
        small.setDaemon(true);
        small.start();
        small.join(5000);
        assertThat(small.isAlive()).as("still reading").isFalse();
        assertThat(verdict[0]).isFalse();
    }
}
