package mhc.jobs.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import mhc.jobs.executor.ShardResult;
import mhc.model.Work;
import org.junit.jupiter.api.Test;

class RunTimesTest {
    private static ShardResult shard(long from, long answered) {
        return new ShardResult("piqa", 0, 1, from, answered, 0.5, "driver", "cpu", "none", 0, Work.NONE);
    }

    @Test
    void secondsInWhichShardsAreAnsweredCountOnceHoweverManyThereAre() {
        List<ShardResult> results = List.of(shard(9000, 9500), shard(1000, 4000), shard(2000, 3000), shard(3500, 6000));

        assertThat(RunTimes.answering(results)).isEqualTo(5.5);
        assertThat(RunTimes.answering(List.of())).isZero();
    }
}
