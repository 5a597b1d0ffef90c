package mhc.eval.lmeval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import mhc.datasets.Example;
import mhc.datasets.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShotRuleTest {
    private static final List<Example> POOL = items("pool", 40);
    private static final List<Example> DOCUMENTS = items("document", 25);

    private static List<Example> items(String kind, int count) {
        return IntStream.range(0, count)
                .<Example>mapToObj(i -> new Example.Gsm8k(kind + i, kind + " question " + i, "#### " + i))
                .toList();
    }

    private static boolean same(Example one, Example other) {
        return ((Example.Gsm8k) one).question().equals(((Example.Gsm8k) other).question());
    }

    private static List<List<Example>> draw(ShotRule rule, List<Example> documents, List<Example> pool, int shots) {
        return rule.draw("task", documents, pool, shots, ShotRuleTest::same);
    }

    private static List<Example> at(List<Example> pool, int... places) {
        return IntStream.of(places).mapToObj(pool::get).toList();
    }

    @Test
    void firstTakesTheFirst() {
        assertThat(draw(ShotRule.FIRST, DOCUMENTS, POOL, 3)).hasSize(25).containsOnly(POOL.subList(0, 3));
    }

    /** One generator for the task: the draw for a document is that of Python after as many before it. */
    @Test
    void randomDrawsInDocumentOrder() {
        PythonRandom python = new PythonRandom(1234);
        List<List<Example>> expected = DOCUMENTS.stream()
                .map(document -> at(POOL, python.sample(40, 5)))
                .toList();
        assertThat(draw(ShotRule.RANDOM, DOCUMENTS, POOL, 5)).isEqualTo(expected);
        assertThat(expected.get(0)).isNotEqualTo(expected.get(1));
        assertThat(draw(ShotRule.RANDOM, DOCUMENTS.subList(0, 7), POOL, 5))
                .as("fewer documents, the same draws")
                .isEqualTo(expected.subList(0, 7));
    }

    @Test
    void randomApartDrawsOneMoreAndLeavesTheDocumentOut() {
        List<Example> documents = new ArrayList<>(POOL);
        PythonRandom python = new PythonRandom(1234);
        List<List<Example>> drawn = draw(ShotRule.RANDOM_APART, documents, POOL, 12);
        int met = 0;
        for (int i = 0; i < documents.size(); i++) {
            Example document = documents.get(i);
            List<Example> thirteen = at(POOL, python.sample(40, 13));
            met += thirteen.contains(document) ? 1 : 0;
            assertThat(drawn.get(i))
                    .doesNotContain(document)
                    .isEqualTo(thirteen.stream()
                            .filter(exemplar -> exemplar != document)
                            .limit(12)
                            .toList());
        }
        assertThat(met).as("documents among their draws").isPositive();
    }

    /** The harness draws again, from the others alone, when more than one copy of the document was drawn. */
    @Test
    void randomApartDrawsAgainWhenThePoolHoldsTheDocumentTwice() {
        List<Example> pool = new ArrayList<>(items("pool", 3));
        Example twice = DOCUMENTS.get(0);
        pool.add(twice);
        pool.add(new Example.Gsm8k("copy", ((Example.Gsm8k) twice).question(), "#### 0"));
        PythonRandom python = new PythonRandom(1234);
        python.sample(5, 4);
        assertThat(draw(ShotRule.RANDOM_APART, List.of(twice), pool, 3).get(0))
                .isEqualTo(at(pool.subList(0, 3), python.sample(3, 3)));
    }

    @ParameterizedTest
    @EnumSource(ShotRule.class)
    void aPoolSmallerThanTheShotsIsAMistake(ShotRule rule) {
        assertThatThrownBy(() -> draw(rule, DOCUMENTS, POOL.subList(0, 4), 5))
                .isInstanceOf(InputException.class)
                .hasMessageMatching(
                        "The few-shot pool of task holds 4 exemplars but 5 shots need [56]: give a larger pool"
                                + " \\(files: \\{task: \\{pool: PATH}}\\) or fewer shots \\(shots: \\{task: N}\\)");
    }
}
