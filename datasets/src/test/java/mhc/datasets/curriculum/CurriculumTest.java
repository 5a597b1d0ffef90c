package mhc.datasets.curriculum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import mhc.datasets.Corpus;
import mhc.datasets.Draw;
import mhc.datasets.Example;
import mhc.datasets.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CurriculumTest {
    private static final Pattern CALCULATION = Pattern.compile(
            "(?<![\\d+*-] )\\b(\\d+) (\\+|-|\\*|/|\\\\cdot) (\\d+) = (?:<<[^>]*>>|\\\\boxed\\{)?(\\d+)");

    @ParameterizedTest
    @EnumSource(Corpus.class)
    void noItemIsInTwoParts(Corpus corpus) {
        Map<String, Division> parts = new HashMap<>();
        for (Division division : Division.values()) {
            for (long seed = 0; seed < 10; seed++) {
                for (Item item : Curriculum.distinct(corpus, division, seed, 24)) {
                    Division before = parts.put(Division.key(item.asked()), division);
                    assertThat(before).isIn(null, division);
                }
            }
        }
        assertThat(new HashSet<>(parts.values())).containsExactlyInAnyOrder(Division.values());
    }

    @ParameterizedTest
    @EnumSource(Corpus.class)
    void theTestHasNoItemTwice(Corpus corpus) {
        List<Item> items = Curriculum.distinct(corpus, Division.TEST, 7, 64);
        Set<String> keys =
                items.stream().map(item -> Division.key(item.asked())).collect(Collectors.toSet());
        assertThat(keys).hasSize(64);
        Map<String, Long> perTask = items.stream()
                .collect(Collectors.groupingBy(item -> item.asked().task(), Collectors.counting()));
        assertThat(perTask.keySet()).containsExactlyInAnyOrderElementsOf(Curriculum.tasks(corpus));
        assertThat(perTask.values()).allMatch(count -> count >= 64 / perTask.size());
    }

    @Test
    void anItemIsTheSameInAnyCaseSpacingAndOrderOfOptions() {
        Example one =
                new Example.Mmlu("a", "calendar", "Which day?", List.of("Monday", "Friday", "Sunday", "Tuesday"), 1);
        Example two =
                new Example.Mmlu("b", "calendar", "which  day? ", List.of("Friday", "Monday", "Tuesday", "Sunday"), 0);
        assertThat(Division.key(one)).isEqualTo(Division.key(two));
        Example wrong = new Example.Piqa("a", "To cut, use", List.of("a knife.", "a towel."), 0);
        Example other = new Example.Piqa("b", "To cut, use", List.of("a cup.", "a knife."), 1);
        assertThat(Division.key(wrong)).isEqualTo(Division.key(other));
    }

    @Test
    void everyCalculationIsRight() {
        int seen = 0;
        for (Corpus corpus : List.of(Corpus.GSM8K, Corpus.MATH, Corpus.BBH)) {
            for (Item item : Curriculum.distinct(corpus, Division.TRAIN, 3, 400)) {
                Matcher calculation = CALCULATION.matcher(item.shown().toString());
                while (calculation.find()) {
                    long a = Long.parseLong(calculation.group(1));
                    long b = Long.parseLong(calculation.group(3));
                    long result =
                            switch (calculation.group(2)) {
                                case "+" -> a + b;
                                case "-" -> a - b;
                                case "/" -> a / b;
                                default -> a * b;
                            };
                    assertThat(Long.parseLong(calculation.group(4)))
                            .as(item.shown().toString())
                            .isEqualTo(result);
                    seen++;
                }
            }
        }
        assertThat(seen).isGreaterThan(1000);
    }

    /** The last result of the worked solution is the answer. */
    @Test
    void everyWordProblemEndsInItsAnswer() {
        for (Item item : Curriculum.distinct(Corpus.GSM8K, Division.TRAIN, 4, 300)) {
            String answer = ((Example.Gsm8k) item.asked()).answer();
            assertThat(answer).matches("(?s).*>>(\\d+)\\.\n#### \\1");
        }
    }

    @Test
    void aPassageAnswersItsQuestion() {
        for (Item item : Curriculum.distinct(Corpus.DROP, Division.TRAIN, 5, 300)) {
            Example.Drop example = (Example.Drop) item.asked();
            Map<String, Integer> sold = new HashMap<>();
            Matcher count = Pattern.compile("(\\d+) (\\w+)").matcher(example.passage());
            while (count.find()) {
                sold.put(count.group(2), Integer.parseInt(count.group(1)));
            }
            List<String> named = sold.keySet().stream()
                    .filter(thing -> example.question().matches(".*\\b" + thing + "\\b.*"))
                    .toList();
            String answer = example.answers().get(0).spans().get(0);
            if (example.question().contains("in all")) {
                assertThat(answer).isEqualTo(String.valueOf(sold.get(named.get(0)) + sold.get(named.get(1))));
            } else if (example.question().contains("more")) {
                assertThat(answer).isEqualTo(String.valueOf(Math.abs(sold.get(named.get(0)) - sold.get(named.get(1)))));
            } else if (example.question().contains("most")) {
                assertThat(sold.values()).allMatch(each -> each <= sold.get(answer));
            } else if (example.question().startsWith("How many")) {
                assertThat(answer).isEqualTo(String.valueOf(sold.get(named.get(0))));
            } else {
                String when = example.question().replaceAll("Who came (\\w+)\\?", "$1");
                assertThat(example.passage()).contains(answer + " came " + when);
            }
        }
    }

    @Test
    void everyFactIsStatedInPlainTextAndAskedInTraining() {
        StringBuilder plain = new StringBuilder();
        for (long i = 0; i < 6000; i++) {
            plain.append(PlainText.draw(Draw.of(1, i))).append('\n');
        }
        Set<String> asked = World.facts()
                .filter(fact -> fact.relation().questions().stream()
                        .anyMatch(question ->
                                Division.of(new Example.TriviaQa("", question.formatted(fact.subject()), "", List.of()))
                                        == Division.TRAIN))
                .map(World.Fact::toString)
                .collect(Collectors.toSet());
        World.facts().forEach(fact -> {
            assertThat(asked).contains(fact.toString());
            assertThat(fact.relation().statements())
                    .anyMatch(statement ->
                            plain.indexOf(Words.capital(statement.formatted(fact.subject(), fact.value()))) >= 0);
        });
    }

    @Test
    void aPartThatIsUsedUpSaysSo() {
        assertThatThrownBy(() -> Curriculum.distinct(Corpus.TRIVIAQA, Division.TEST, 1, 5000))
                .isInstanceOf(InputException.class)
                .hasMessageMatching(
                        "The curriculum has only \\d+ different test items of triviaqa: ask for fewer than 5000\\.");
    }
}
