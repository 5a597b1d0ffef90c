package mhc.jobs.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import mhc.jobs.executor.ShardResult;
import mhc.model.Work;
import org.junit.jupiter.api.Test;

class RunTimesTest {
    private static ShardResult shard(long from, long answered) {
        return new ShardResult("mhc", "piqa", 0, 1, from, answered, 0.5, "host", "cpu", "none", 0, Work.NONE);
    }

    @Test
    void secondsInWhichShardsAreAnsweredCountOnceHoweverManyThereAre() {
        List<ShardResult> results = List.of(shard(9000, 9500), shard(1000, 4000), shard(2000, 3000), shard(3500, 6000));

        assertThat(RunTimes.answering(results)).isEqualTo(5.5);
        assertThat(RunTimes.answering(List.of())).isZero();
    }

    @Test
    void executorsAreIdleUntilTheLastShardIsCommitted() {
        List<ShardResult> results = List.of(shard(0, 3500), shard(0, 1500));

        assertThat(RunTimes.idle(results, 2)).isEqualTo(0.25);
        assertThat(RunTimes.idle(results, 4)).isEqualTo(0.625);
        assertThat(RunTimes.idle(List.of(), 4)).isZero();
    }
}
