package mhc.model;

import static org.assertj.core.api.Assertions.assertThat;

import mhc.datasets.testing.SharedInputs;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GoldenCheckTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"llama-tied-none", "llama-tied-hc", "llama-tied-mhc", "tiny-baseline", "tiny-hc", "tiny-mhc"})
    void agreesWithTheRecordedOutputs(String model) {
        GoldenCheck.Result result = GoldenCheck.run(SharedInputs.require("models/" + model), InferenceOptions.DEFAULT);
        System.out.println(model + " " + result);
        assertThat(result.entries())
                .allSatisfy(entry -> assertThat(entry.passed()).as(entry.name()).isTrue());
    }
}
