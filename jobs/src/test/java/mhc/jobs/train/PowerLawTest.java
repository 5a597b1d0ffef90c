package mhc.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import mhc.jobs.driver.LocalSpark;
import org.junit.jupiter.api.Test;

class PowerLawTest {
    @Test
    void findsALawThatHolds() {
        List<PowerLaw.Point> points = List.of(point(1e3), point(1e4), point(1e5), point(1e6));

        PowerLaw law = PowerLaw.fit(points, LocalSpark.session());

        assertThat(law.exponent()).isCloseTo(-0.07, within(1e-9));
        assertThat(law.centre()).isCloseTo(Math.sqrt(1e9), within(1e-3));
        assertThat(law.at(1e8)).isCloseTo(5 * Math.pow(1e8, -0.07), within(1e-9));
        assertThat(law.edge(1e8, 1) - law.edge(1e8, -1)).isCloseTo(0, within(1e-6));
    }

    private static PowerLaw.Point point(double x) {
        return new PowerLaw.Point(x, 5 * Math.pow(x, -0.07));
    }

    /**
     * The line through logarithms (-1, 1), (0, 0), (1, 2): slope 1/2 and level 1, residuals 1/2, -1, 1/2, so that the
     * variance is 3/2 with one degree of freedom; Student's t there is 12.7062 at 97.5 %.
     */
    @Test
    void itsErrorsAreThoseOfLeastSquares() {
        List<PowerLaw.Point> points = List.of(
                new PowerLaw.Point(Math.exp(-1), Math.exp(1)),
                new PowerLaw.Point(1, 1),
                new PowerLaw.Point(Math.exp(1), Math.exp(2)));

        PowerLaw law = PowerLaw.fit(points, LocalSpark.session());

        assertThat(law.exponent()).isCloseTo(0.5, within(1e-9));
        assertThat(law.level()).isCloseTo(1, within(1e-9));
        assertThat(law.levelError()).isCloseTo(Math.sqrt(1.5 / 3), within(1e-9));
        assertThat(law.exponentError()).isCloseTo(Math.sqrt(1.5 / 2), within(1e-9));
        assertThat(law.exponentMargin()).isCloseTo(12.7062 * Math.sqrt(0.75), within(1e-3));
        assertThat(Math.log(law.edge(Math.exp(2), 1))).isCloseTo(2 + 12.7062 * Math.sqrt(0.5 + 4 * 0.75), within(1e-3));
    }
}
