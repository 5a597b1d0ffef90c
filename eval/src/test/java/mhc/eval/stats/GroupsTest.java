package mhc.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GroupsTest {
    private static final Groups PASSAGES = Groups.of(List.of("q", "p", "q", "r", "p"));

    @Test
    void numbersGroupsInTheOrderOfTheirNames() {
        assertThat(PASSAGES.names()).containsExactly("p", "q", "r");
        assertThat(PASSAGES.of()).containsExactly(1, 0, 1, 2, 0);
        assertThat(PASSAGES.members()).isEqualTo(new int[][] {{1, 4}, {0, 2}, {3}});
        assertThat(PASSAGES.name(3)).isEqualTo("r");
    }

    @Test
    void sumsByGroup() {
        assertThat(PASSAGES.sums(new double[] {1, 2, 4, 8, 16}))
                .containsExactly(new ClusterSum("p", 2, 18), new ClusterSum("q", 2, 5), new ClusterSum("r", 1, 8));
    }

    @Test
    void thoseOfSomeExamplesHoldNoGroupWithoutAnExample() {
        Groups picked = PASSAGES.picked(new int[] {3, 0});
        assertThat(picked.sameAs(Groups.of(List.of("r", "q")))).isTrue();
        assertThat(picked.sameAs(PASSAGES)).isFalse();
    }

    @Test
    void partsJoinAsIfTheyHadBeenOne() {
        Groups first = Groups.of(List.of("q", "p"));
        Groups second = Groups.of(List.of("q", "r", "p"));
        assertThat(Groups.joined(List.of(first, second)).sameAs(PASSAGES)).isTrue();
    }
}
