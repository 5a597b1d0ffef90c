package mhc.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SampleTest {
    @Test
    void isReadFromItsText() {
        assertThat(Sample.parse("40/4")).contains(new Sample(40, 4));
        assertThat(Sample.parse("7")).contains(new Sample(7, 0));
        assertThat(Sample.parse("7/")).isEmpty();
        assertThat(Sample.parse("seven")).isEmpty();
    }
}
