package mhc.model.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import mhc.model.inference.PrefixTree.Node;
import org.junit.jupiter.api.Test;

class PrefixTreeTest {
    private static Budget budget(boolean share, boolean deterministic, int worthwhile) {
        return new Budget(1000, 1000, 10, share, deterministic, worthwhile);
    }

    private static long[] sequence(int... tokens) {
        return Arrays.stream(tokens).asLongStream().toArray();
    }

    /** "from-to" of every node, in order. */
    private static List<String> spans(List<long[]> sequences, Budget budget) {
        return PrefixTree.nodes(sequences, budget).stream()
                .map(node -> node.from() + "-" + node.to() + node.ends())
                .toList();
    }

    @Test
    void whatSequencesShareIsOneNode() {
        List<long[]> sequences =
                List.of(sequence(1, 2, 3, 4), sequence(1, 2, 3, 5, 6), sequence(7), sequence(1, 2, 3), sequence(7));
        assertThat(spans(sequences, budget(true, false, 2))).containsExactly("0-3[3]", "3-5[1]", "3-4[0]", "0-1[2, 4]");
        assertThat(spans(sequences, budget(false, false, 2)))
                .containsExactly("0-5[1]", "0-4[0]", "0-3[3]", "0-1[2]", "0-1[4]");
    }

    @Test
    void whatSavesTooLittleIsNotShared() {
        List<long[]> sequences = List.of(sequence(1, 2, 3, 4), sequence(1, 2, 3, 5), sequence(1, 9, 9, 9));
        assertThat(spans(sequences, budget(true, false, 2)))
                .containsExactly("0-1[]", "1-4[2]", "1-3[]", "3-4[0]", "3-4[1]");
        assertThat(spans(sequences, budget(true, false, 3))).containsExactly("0-4[2]", "0-3[]", "3-4[0]", "3-4[1]");
        assertThat(spans(sequences, budget(true, false, 4))).containsExactly("0-4[0]", "0-4[1]", "0-4[2]");
    }

    @Test
    void deterministicNodesAreBlocksThatDependOnTheTokensAlone() {
        Random random = new Random(5);
        long[] opening = random.longs(150, 1, 50).toArray();
        long[] longer = Arrays.copyOf(opening, 170);
        assertThat(spans(List.of(opening, longer), budget(true, true, 2)))
                .containsExactly("0-64[]", "64-128[]", "128-170[1]", "128-150[0]");
        assertThat(spans(List.of(longer), budget(true, true, 2))).containsExactly("0-64[]", "64-128[]", "128-170[0]");
    }

    @Test
    void longSequencesAreChains() {
        Budget small = new Budget(70, 1000, 10, true, false, 2);
        assertThat(spans(List.of(new long[200]), small)).containsExactly("0-70[]", "70-140[]", "140-200[0]");
    }

    @Test
    void everySequenceIsThePathToItsEnd() {
        Random random = new Random(11);
        for (boolean deterministic : new boolean[] {false, true}) {
            List<long[]> sequences = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                // Few letters and few lengths: prefixes of one another and equal sequences come up.
                sequences.add(
                        random.longs(1 + random.nextInt(130), 0, 1 + i % 3).toArray());
            }
            Set<Integer> seen = new HashSet<>();
            List<Node> before = new ArrayList<>();
            for (Node node : PrefixTree.nodes(sequences, budget(true, deterministic, 1 + random.nextInt(30)))) {
                List<Node> path = new ArrayList<>(node.above());
                assertThat(before).containsAll(path);
                before.add(node);
                path.add(node);
                for (int end : node.ends()) {
                    assertThat(seen.add(end)).isTrue();
                    long[] tokens = sequences.get(end);
                    assertThat(node.to()).isEqualTo(tokens.length);
                    int at = 0;
                    for (Node part : path) {
                        assertThat(part.from()).isEqualTo(at);
                        assertThat(Arrays.mismatch(part.tokens(), at, part.to(), tokens, at, part.to()))
                                .isNegative();
                        assertThat(part.first()).isLessThanOrEqualTo(end);
                        at = part.to();
                    }
                    assertThat(at).isEqualTo(tokens.length);
                }
            }
            assertThat(seen).hasSize(sequences.size());
        }
    }

    @Test
    void finishedSequencesFreeWhatNoOtherNeeds() {
        List<Node> nodes = new ArrayList<>(PrefixTree.nodes(
                List.of(sequence(1, 2, 3, 4), sequence(1, 2, 3, 5, 6), sequence(1, 2, 3)), budget(true, false, 2)));
        assertThat(nodes.get(0).pending()).isEqualTo(3);
        assertThat(nodes.get(2).finish()).containsExactly(nodes.get(2));
        assertThat(nodes.get(0).finish()).isEmpty();
        assertThat(nodes.get(1).finish()).containsExactly(nodes.get(1), nodes.get(0));
        assertThat(nodes.get(0).pending()).isZero();
    }
}
