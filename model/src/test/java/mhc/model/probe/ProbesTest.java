package mhc.model.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import mhc.datasets.InputException;
import mhc.eval.Request;
import mhc.model.InferenceOptions;
import mhc.model.LanguageModel;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.ModelSummary;
import mhc.model.checkpoint.Tokenizer;
import mhc.model.decoder.Rope;
import mhc.model.decoder.RopeScaling;
import mhc.model.engine.LanguageModels;
import mhc.model.engine.Tiny;
import org.junit.jupiter.api.Test;

class ProbesTest {
    @Test
    void gainsAreRowAndColumnSumsOfTheProduct() {
        // comb [in, out]; H is its transpose. H1 = [[1, 3], [2, 4]], H2 = [[0, -1], [1, 0]], H2 H1 = [[-2, -4], [1,
        // 3]].
        float[][] combs = {{1, 2, 3, 4}, {0, 1, -1, 0}};
        List<AmaxGain.Site> sites = AmaxGain.of(combs, 2);
        assertThat(sites.get(0).columns()).extracting(AmaxGain.Spread::mean).containsExactly(6.0, 7.0, 6.0, 7.0);
        assertThat(sites.get(1).columns()).extracting(AmaxGain.Spread::mean).containsExactly(1.0, 1.0, 6.0, 1.0);
    }

    @Test
    void gainsAreTakenPerTokenAndThenAveraged() {
        float[][] combs = {{1, 0, 0, 1, 3, 0, 0, 1}};
        AmaxGain.Spread forward = AmaxGain.of(combs, 2).get(0).single();
        assertThat(forward).isEqualTo(new AmaxGain.Spread(2, 3));
    }

    @Test
    void constrainedStreamsKeepTheirForwardGain() {
        GainProbe.Result result = GainProbe.run(
                Tiny.folder("mhc"), "The answer is that the other half went there.", InferenceOptions.DEFAULT);
        assertThat(result.sites()).hasSize(6);
        for (AmaxGain.Site site : result.sites()) {
            assertThat(site.single().max()).isCloseTo(1, within(1e-5));
            assertThat(site.composite().max()).isCloseTo(1, within(1e-4));
        }
        GainProbe.Result free = GainProbe.run(Tiny.folder("hc"), "The answer is that.", InferenceOptions.DEFAULT);
        assertThat(free.sites().get(5).composite().mean()).isGreaterThan(2);
        assertThatThrownBy(() -> GainProbe.run(Tiny.folder("none"), "The answer", InferenceOptions.DEFAULT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("residual none");
    }

    @Test
    void lossIsTheLikelihoodOfTheDocuments() {
        List<String> documents = List.of("The answer is 42.", "", "Would you like to know?");
        LossProbe.Result loss = LossProbe.run(Tiny.folder("mhc"), documents, InferenceOptions.DEFAULT);
        double total = 0;
        try (LanguageModel model = LanguageModels.open(Tiny.folder("mhc"), InferenceOptions.DEFAULT)) {
            for (String document : documents) {
                if (!document.isEmpty()) {
                    total -= Tiny.likelihoods(Tiny.answers(model, List.of(new Request.Choice("", List.of(document))))
                            .get(0))[0];
                }
            }
        }
        assertThat(loss.documents()).isEqualTo(2);
        assertThat(loss.bytes()).isEqualTo(17 + 23);
        assertThat(loss.natsPerToken() * loss.tokens()).isCloseTo(total, within(1e-3));
        assertThat(loss.bitsPerByte() * 40 * Math.log(2)).isCloseTo(total, within(1e-3));
        assertThat(loss.natsPerTokenError()).isPositive();
    }

    @Test
    void everyTokenOfALongDocumentIsPredictedOnce() {
        String document = "one two three four five ".repeat(1700);
        LossProbe.Result loss = LossProbe.run(Tiny.folder("none"), List.of(document), InferenceOptions.DEFAULT);
        try (Tokenizer tokenizer = Tokenizer.open(Checkpoint.open(Tiny.folder("none")))) {
            assertThat(tokenizer.encode(document).length)
                    .isGreaterThan(2 * 4096)
                    .isEqualTo((int) loss.tokens());
        }
        assertThat(loss.natsPerTokenError()).isNaN();
    }

    @Test
    void refusesTextWithoutDocuments() {
        assertThatThrownBy(() -> LossProbe.run(Tiny.folder("none"), List.of(" ", ""), InferenceOptions.DEFAULT))
                .isInstanceOf(InputException.class);
    }

    @Test
    void summarisesWithoutTheEngine() {
        ModelSummary summary = ModelSummary.of(Tiny.folder("mhc"));
        assertThat(summary.storedTypes()).isEqualTo("F32");
        assertThat(summary.heads()).isEqualTo(4);
        // Two heads of keys and two of values, 16 wide, in 3 layers of 4-byte numbers.
        assertThat(summary.cacheBytesPerToken()).isEqualTo(2 * 2 * 16 * 3 * 4);
    }

    @Test
    void scaledRotaryFrequenciesKeepShortWavesAndStretchLongOnes() {
        Rope plain = new Rope(500_000, new RopeScaling.None());
        Rope llama3 = new Rope(500_000, new RopeScaling.Llama3(8, 1, 4, 8192));
        float[] before = plain.frequencies(128);
        float[] after = llama3.frequencies(128);
        assertThat(before[0]).isEqualTo(1);
        assertThat(after[0]).isEqualTo(1);
        assertThat(after[63]).isCloseTo(before[63] / 8, within(1e-12f));
        for (int i = 0; i < after.length; i++) {
            assertThat(after[i]).isBetween(before[i] / 8.0001f, before[i]);
        }
        assertThat(new Rope(10_000, new RopeScaling.Linear(2)).frequencies(4)).containsExactly(0.5f, 0.005f);
    }
}
