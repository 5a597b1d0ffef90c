package mhc.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import mhc.datasets.InputException;
import mhc.reports.Gate.Outcome;
import mhc.reports.RunFixture.Example;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateTest {
    private static final OptionalDouble ANY = OptionalDouble.empty();

    @TempDir
    private Path folder;

    /** A run of one model that is wrong on the first examples of PIQA, and right on every one of MMLU. */
    private String run(String name, String model, int wrong) {
        RunFixture run = new RunFixture(folder.resolve(name));
        for (int i = 0; i < 200; i++) {
            run.add(model, "piqa", Example.of("piqa/" + i, Map.of("acc", i < wrong ? 0.0 : 1.0)));
            run.add(model, "mmlu", Example.of("mmlu/" + i, Map.of("acc", 1.0)).task("law"));
        }
        return run.write();
    }

    private static Gate gate(String first, String second, OptionalDouble worseBy) {
        return Gate.of(TestSpark.SESSION, first, second, worseBy, ReportOptions.DEFAULT);
    }

    @Test
    void aRunHoldsAgainstItself() {
        Gate gate = gate(run("a", "m", 20), run("b", "m", 20), OptionalDouble.of(.05));
        assertThat(gate.outcome()).isEqualTo(Outcome.HELD);
        assertThat(gate.sentence())
                .endsWith(
                        "not shown to be worse on any of 2 comparisons, and a loss of 5.0 points would have been found"
                                + " or is excluded");
        assertThat(JUnitXml.of(gate))
                .contains("<testsuite name=\"mhc-eval gate\" tests=\"2\" failures=\"0\" errors=\"0\">")
                .contains("<testcase classname=\"m\" name=\"PIQA\"><system-out>0.0 points [");
    }

    @Test
    void aLossIsNamed() {
        Gate gate = gate(run("a", "old", 20), run("b", "new", 60), ANY);
        assertThat(gate.outcome()).isEqualTo(Outcome.WORSE);
        assertThat(gate.outcome().status()).isEqualTo(4);
        assertThat(gate.sentence())
                .contains(": worse on PIQA (new: -20.0 points [")
                .contains("Holm p <0.001")
                .doesNotContain("MMLU");
        assertThat(JUnitXml.of(gate))
                .contains("failures=\"1\"")
                .contains("name=\"PIQA\"><failure type=\"worse\" message=\"worse: -20.0 points [");
    }

    @Test
    void aLossThatCouldHideCannotBeTold() {
        Gate gate = gate(run("a", "m", 20), run("b", "m", 22), OptionalDouble.of(.005));
        assertThat(gate.outcome()).isEqualTo(Outcome.UNTOLD);
        assertThat(gate.outcome().status()).isEqualTo(5);
        assertThat(gate.sentence())
                .contains(": cannot tell whether there is a loss of 0.5 points on ")
                .contains("PIQA (m: -1.0 points [")
                .endsWith("; evaluate more examples, or give a larger --worse-by");
        assertThat(JUnitXml.of(gate)).contains("<error type=\"cannot tell\"");
        assertThat(gate(run("c", "m", 20), run("d", "m", 22), ANY).outcome()).isEqualTo(Outcome.HELD);
    }

    @Test
    void aBenchmarkThatIsMissingCannotBeTold() {
        RunFixture without = new RunFixture(folder.resolve("b"));
        Stream.iterate(0, i -> i + 1)
                .limit(200)
                .forEach(i -> without.add("m", "piqa", Example.of("piqa/" + i, Map.of("acc", i < 20 ? 0.0 : 1.0))));
        Gate gate = gate(run("a", "m", 20), without.write(), ANY);
        assertThat(gate.outcome()).isEqualTo(Outcome.UNTOLD);
        assertThat(gate.sentence()).contains("a loss on MMLU (m: no example in common)");
    }

    @Test
    void severalModelsArePairedByName() {
        RunFixture two = new RunFixture(folder.resolve("two"));
        two.add("x", "piqa", Example.of("1", Map.of("acc", 1.0)));
        two.add("y", "piqa", Example.of("1", Map.of("acc", 1.0)));
        String run = two.write();
        assertThat(gate(run, run, ANY).checks().stream().map(Gate.Check::model)).containsExactly("x", "y");
        String one = run("a", "x", 1);
        assertThatThrownBy(() -> gate(run, one, ANY))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("has no model y, which ")
                .hasMessageEndingWith("give runs of the same models, or of one model each");
    }
}
