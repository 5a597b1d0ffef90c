package mhc.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ChaosPlanTest {
    private static final int PARTS = 16;

    @Test
    void consecutiveSeedsTakeEveryFaultInTurn() {
        assertThat(LongStream.range(-3, 3)
                        .mapToObj(seed -> ChaosPlan.of(seed, PARTS).fault()))
                .containsExactlyInAnyOrder(Fault.values());
    }

    @Test
    void aSeedDecidesEverythingAndTheFaultComesBetweenTheFirstCommitAndTheMiddle() {
        assertThat(LongStream.range(0, 500).mapToObj(seed -> ChaosPlan.of(seed, PARTS)))
                .allSatisfy(plan -> {
                    assertThat(plan).isEqualTo(ChaosPlan.of(plan.seed(), PARTS));
                    assertThat(plan.commits()).isBetween(1, PARTS / 2);
                    assertThat(plan.delaySeconds()).isBetween(0.0, 1.0);
                    assertThat(plan.victim()).isBetween(0, 1);
                })
                .extracting(ChaosPlan::commits)
                .contains(1, PARTS / 2);
        assertThat(ChaosPlan.of(1, 1).commits()).isEqualTo(1);
    }
}
