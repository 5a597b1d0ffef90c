package mhc.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import mhc.eval.Request;
import mhc.model.InferenceOptions;
import mhc.model.LanguageModel;
import mhc.model.checkpoint.BundledCheckpoints;
import mhc.model.engine.EngineProfile.Event;
import org.junit.jupiter.api.Test;

class EngineProfileTest {
    @Test
    void countsOuterOperationsWithWhatTheyCallAndTheRestOfTheOutermostFunction() {
        Map<DecoderPart, Double> seconds = EngineProfile.byPart(List.of(
                new Event("aten::mm", 20e6, 8e6),
                new Event("score", 0, 100e6),
                new Event("aten::linear", 19e6, 10e6),
                new Event("layer", 10e6, 30e6),
                new Event("aten::narrow", 30e6, 1e6),
                new Event("logits", 50e6, 20e6),
                new Event("aten::linear", 52e6, 16e6),
                new Event("mhc::hc_pre", 71e6, 3e6),
                new Event("aten::to", 110e6, 2e6)));

        assertThat(seconds.get(DecoderPart.PRODUCTS)).isCloseTo(10, within(1e-9));
        assertThat(seconds.get(DecoderPart.HEAD)).isCloseTo(16, within(1e-9));
        assertThat(seconds.get(DecoderPart.STREAMS)).isCloseTo(3, within(1e-9));
        assertThat(seconds.get(DecoderPart.COPIES)).isCloseTo(2, within(1e-9));
        assertThat(seconds.get(DecoderPart.BETWEEN)).isCloseTo(100 - 10 - 16 - 3, within(1e-9));
        assertThat(seconds.values().stream().mapToDouble(Double::doubleValue).sum())
                .isCloseTo(102, within(1e-9));
    }

    @Test
    void seesEveryPartOfAModelAndIsOffAfterwards() {
        try (LanguageModel model =
                LanguageModels.open(BundledCheckpoints.folder("gqa-mhc"), InferenceOptions.DEFAULT)) {
            List<Request> requests = List.of(
                    new Request.Generate("The quick brown fox", List.of(), 8),
                    new Request.Choice("The quick brown", List.of(" fox", " dog and cat")));
            long start = System.nanoTime();
            EngineProfile profile = EngineProfile.of(model, () -> model.answer(requests, (at, answer) -> {}));
            double elapsed = (System.nanoTime() - start) * 1e-9;
            EngineProfile nothing = EngineProfile.of(model, () -> {});

            assertThat(profile.seconds())
                    .allSatisfy((part, seconds) ->
                            assertThat(seconds).as(part.toString()).isPositive());
            assertThat(profile.sum()).isLessThan(elapsed);
            assertThat(nothing.sum()).isZero();
        }
    }
}
