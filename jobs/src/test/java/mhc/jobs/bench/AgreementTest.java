package mhc.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import mhc.eval.Answer;
import org.junit.jupiter.api.Test;

class AgreementTest {
    private static Answer scores(double... likelihoods) {
        return new Answer.Scores(
                java.util.Arrays.stream(likelihoods)
                        .mapToObj(likelihood -> new Answer.Score(likelihood, 1, 1, false))
                        .toList(),
                Answer.Usage.NONE);
    }

    private static Answer text(String text) {
        return new Answer.Text(text, Answer.Stop.LENGTH, Answer.Usage.NONE);
    }

    @Test
    void countsWhatIsTheSame() {
        Agreement found = Agreement.of(
                new Agreement.Observed(
                        List.of(scores(-1, -2), text("a"), text("b")),
                        List.of(new int[] {1, 2, 3}, new int[] {4}, new int[0]),
                        new double[] {1, 0.5, 0}),
                new Agreement.Observed(
                        List.of(scores(-1.5, -1.75), text("a"), text("c")),
                        List.of(new int[] {1, 2, 4}, new int[] {4}, new int[0]),
                        new double[] {1, 0.5, 1}));
        assertThat(found.questions()).isEqualTo(3);
        assertThat(found.positions()).isEqualTo(4);
        assertThat(found.sameTokens()).isEqualTo(3);
        assertThat(found.meanError()).isCloseTo(0.375, within(1e-12));
        assertThat(found.largestError()).isEqualTo(0.5);
        assertThat(found.texts()).isEqualTo(2);
        assertThat(found.sameTexts()).isEqualTo(1);
        assertThat(found.score()).isEqualTo(0.5);
        assertThat(found.otherScore()).isCloseTo(2.5 / 3, within(1e-12));
        assertThat(found.changed()).isEqualTo(1);
    }

    @Test
    void noErrorIsKnownWithoutContinuations() {
        Agreement.Observed observed =
                new Agreement.Observed(List.of(text("a")), List.of(new int[] {1}), new double[] {1});
        assertThat(Agreement.of(observed, observed).meanError()).isNaN();
        assertThat(Agreement.of(observed, observed).largestError()).isNaN();
    }
}
