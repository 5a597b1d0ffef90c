package mhc.eval.lmeval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mhc.datasets.Example;
import mhc.eval.score.PythonText;
import org.junit.jupiter.api.Test;

/** Filters, metrics and text rules against what the harness itself returned for invented inputs. */
class OfficialVectorsTest {
    private static final Map<String, RegexFilter> FILTERS = Map.of(
            "bbh", RegexFilter.first("(?<=the answer is )(.*)(?=.)"),
            "gsm8k", RegexFilter.first("#### (\\-?[0-9\\.\\,]+)"),
            "gsm8k_cot", RegexFilter.first("The answer is (\\-?[0-9\\.\\,]+)."),
            "flexible", RegexFilter.last("(-?[$0-9.,]{2,})|(-?[0-9]+)"));

    private static final Map<String, ExactMatch> EXACT_MATCHES = Map.of(
            "plain",
            ExactMatch.PLAIN,
            "triviaqa",
            new ExactMatch(List.of(), true, true),
            "gsm8k",
            new ExactMatch(
                    List.of(
                            RegexFilter.compile(","),
                            RegexFilter.compile("\\$"),
                            RegexFilter.compile("(?s).*#### "),
                            RegexFilter.compile("\\.$")),
                    true,
                    false));

    private static List<JsonNode> vectors(String resource) {
        List<JsonNode> vectors = OfficialVectors.of(OfficialVectorsTest.class, resource);
        assertThat(vectors).hasSizeGreaterThan(10);
        return vectors;
    }

    private static void agree(List<JsonNode> vectors, java.util.function.Function<JsonNode, ?> actual) {
        List<String> differences = new ArrayList<>();
        for (JsonNode vector : vectors) {
            JsonNode last = vector.get(vector.size() - 1);
            Object expected = last.isTextual() ? last.textValue() : last.doubleValue();
            if (!expected.equals(actual.apply(vector))) {
                differences.add(actual.apply(vector) + " for " + vector);
            }
        }
        assertThat(differences).isEmpty();
    }

    @Test
    void regexFilters() {
        agree(vectors("filters.jsonl"), v -> FILTERS.get(v.get(0).textValue())
                .apply(v.get(1).textValue()));
    }

    @Test
    void exactMatch() {
        agree(vectors("exact_match.jsonl"), v -> EXACT_MATCHES
                .get(v.get(0).textValue())
                .score(v.get(1).textValue(), OfficialVectors.texts(v.get(2))));
    }

    @Test
    void dropF1() {
        agree(vectors("drop.jsonl"), v -> match(v).f1());
    }

    @Test
    void dropExactMatch() {
        for (JsonNode vector : vectors("drop.jsonl")) {
            assertThat(match(vector).em())
                    .as(vector.toString())
                    .isEqualTo(vector.get(2).doubleValue());
        }
    }

    private static DropMatch match(JsonNode vector) {
        List<List<String>> golds = new ArrayList<>();
        vector.get(1).forEach(gold -> golds.add(OfficialVectors.texts(gold)));
        return DropMatch.best(vector.get(0).textValue(), golds);
    }

    @Test
    void hellaSwagTexts() {
        agree(vectors("hellaswag.jsonl"), v -> HellaSwag.clean(v.get(0).textValue()));
        agree(vectors("capitalize.jsonl"), v -> PythonText.capitalize(v.get(0).textValue()));
    }

    @Test
    void minervaAnswers() {
        agree(vectors("minerva.jsonl"), v -> switch (v.get(0).textValue()) {
            case "normalise" -> MinervaAnswer.normalise(v.get(1).textValue());
            case "answer" -> MinervaAnswer.official(v.get(1).textValue());
            default ->
                MinervaAnswer.ofSolution(
                        new Example.MathProblem("math/x", "", "", "", v.get(1).textValue()));
        });
    }
}
