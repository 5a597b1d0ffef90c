package mhc.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Test
    void warmsUpAndStepsDownTwice() {
        Schedule schedule = new Schedule(100, 4, 2);

        assertThat(schedule.rate(0)).isEqualTo(0.5);
        assertThat(schedule.rate(3)).isEqualTo(2);
        assertThat(schedule.rate(79)).isEqualTo(2);
        assertThat(schedule.rate(80)).isCloseTo(0.632, within(1e-12));
        assertThat(schedule.rate(89)).isCloseTo(0.632, within(1e-12));
        assertThat(schedule.rate(90)).isCloseTo(0.2, within(1e-12));
    }

    @Test
    void needsNoWarmUp() {
        assertThat(new Schedule(10, 0, 1).rate(0)).isEqualTo(1);
    }
}
