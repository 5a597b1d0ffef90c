package mhc.eval.curriculum;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.curriculum.Curriculum;
import mhc.datasets.curriculum.Division;
import mhc.datasets.curriculum.Item;
import mhc.eval.Answer;
import mhc.eval.Benchmark;
import mhc.eval.Request;
import mhc.eval.Shots;
import mhc.eval.paper.PaperProtocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TrainingTextTest {
    private static final long SEED = 11;

    static Stream<Benchmark> benchmarks() {
        return PaperProtocol.PROTOCOL.benchmarks().stream();
    }

    /** A document continues the very prompt of the evaluation by an answer that the benchmark's own scorer calls right. */
    @ParameterizedTest
    @MethodSource("benchmarks")
    void theAnswerOfADocumentIsRight(Benchmark benchmark) {
        for (String task : Curriculum.tasks(benchmark.corpus())) {
            List<Item> items = Curriculum.distinct(benchmark.corpus(), Division.TRAIN, SEED, 200).stream()
                    .filter(item -> item.asked().task().equals(task))
                    .limit(24)
                    .toList();
            String description = Curriculum.description(benchmark.corpus(), task);
            for (int i = 0; i + 2 < items.size(); i++) {
                List<Item> prompt = items.subList(i, i + 3);
                Example asked = prompt.get(2).asked();
                AnsweredPrompt answered = AnsweredPrompt.of(benchmark, prompt, description);
                Shots shots = new Shots(
                        description,
                        prompt.subList(0, 2).stream().map(Item::shown).toList());
                Request request = benchmark.request(asked, shots);
                assertThat(answered.request()).isEqualTo(request);
                String document = answered.text();
                String answer = document.substring(request.context().length());
                assertThat(score(benchmark, asked, request, answer))
                        .as(document)
                        .isEqualTo(1);
            }
        }
    }

    private static double score(Benchmark benchmark, Example asked, Request request, String answer) {
        if (request instanceof Request.Generate generate) {
            String cut = generate.stops().stream()
                    .filter(answer::contains)
                    .map(stop -> answer.substring(0, answer.indexOf(stop)))
                    .findFirst()
                    .orElse(answer);
            Answer text = new Answer.Text(cut, Answer.Stop.END_OF_TEXT, Answer.Usage.NONE);
            return benchmark
                    .score(asked, text)
                    .metrics()
                    .get(benchmark.headline().metric());
        }
        List<String> options = ((Request.Choice) request).continuations();
        assertThat(options).contains(answer);
        List<Answer.Score> scores = options.stream()
                .map(option -> new Answer.Score(option.equals(answer) ? -1 : -2, 1, option.length(), false))
                .toList();
        return benchmark
                .score(asked, new Answer.Scores(scores, Answer.Usage.NONE))
                .metrics()
                .get(benchmark.headline().metric());
    }

    @Test
    void aDocumentDependsOnSeedAndIndexAlone() {
        TrainingText text = new TrainingText(PaperProtocol.PROTOCOL, SEED);
        TrainingText again = new TrainingText(PaperProtocol.PROTOCOL, SEED);
        List<String> forward = IntStream.range(0, 200).mapToObj(text::document).toList();
        List<String> backward =
                IntStream.range(0, 200).mapToObj(i -> again.document(199 - i)).toList();
        assertThat(IntStream.range(0, 200).mapToObj(i -> backward.get(199 - i)).toList())
                .isEqualTo(forward);
        assertThat(new TrainingText(PaperProtocol.PROTOCOL, SEED + 1).document(0))
                .isNotEqualTo(forward.get(0));
    }

    /** Neither a question of the test nor one of the few-shot pools is ever a training text. */
    @Test
    void noQuestionOfTheEvaluationIsInTheTrainingText() {
        List<String> evaluated = new ArrayList<>();
        for (Benchmark benchmark : PaperProtocol.PROTOCOL.benchmarks()) {
            for (Division division : List.of(Division.TEST, Division.POOL)) {
                for (Item item : Curriculum.distinct(benchmark.corpus(), division, 7, 24)) {
                    evaluated.add(question(benchmark, item));
                }
            }
        }
        TrainingText text = new TrainingText(PaperProtocol.PROTOCOL, SEED);
        Set<String> found = new HashSet<>();
        for (long i = 0; i < 4000; i++) {
            String document = "\n" + text.document(i) + "\n";
            evaluated.stream().filter(document::contains).forEach(found::add);
        }
        assertThat(found).isEmpty();
    }

    /** What an item adds to a document, without description and heading, its right answer included. */
    private static String question(Benchmark benchmark, Item item) {
        String document = AnsweredPrompt.of(benchmark, List.of(item), "").text();
        return switch (benchmark.corpus()) {
            case DROP -> document.substring(0, document.indexOf('\n'));
            case MMLU -> document.substring(document.indexOf("\n\n"));
            case TRIVIAQA -> document.substring(document.indexOf('\n'));
            default -> "\n" + document;
        };
    }

    /** One of four options, one of two, and the best constant answers: half of true or false, few of many numbers. */
    @Test
    void theChanceLineIsThatOfBlindAnswers() {
        assertThat(chance("mmlu")).isEqualTo(0.25);
        assertThat(chance("hellaswag")).isEqualTo(0.25);
        assertThat(chance("piqa")).isEqualTo(0.5);
        assertThat(chance("bbh")).isBetween(0.25, 0.5);
        assertThat(chance("gsm8k")).isBetween(1.0 / 64, 0.2);
        assertThat(chance("math")).isBetween(1.0 / 64, 0.3);
    }

    private static double chance(String name) {
        return ChanceLine.of(PaperProtocol.PROTOCOL.benchmark(name));
    }

    @Test
    void everyBenchmarkAndPlainTextHasItsShare() {
        TrainingText text = new TrainingText(PaperProtocol.PROTOCOL, SEED);
        List<String> documents =
                IntStream.range(0, 2000).mapToObj(text::document).toList();
        assertThat(documents).anyMatch(document -> document.startsWith("Passage: "));
        assertThat(documents).anyMatch(document -> document.startsWith("Answer these questions:"));
        assertThat(documents).anyMatch(document -> document.startsWith("Problem:"));
        assertThat(documents).anyMatch(document -> document.startsWith("The following are multiple choice"));
        assertThat(documents).anyMatch(document -> document.matches("(?s)Find the [^\n]*\n\nQ: .*"));
        assertThat(documents).anyMatch(document -> document.matches("Things: .*"));
        assertThat(documents).anyMatch(document -> document.matches("The capital of .*"));
        assertThat(documents).allMatch(document -> document.equals(document.strip()) && !document.isEmpty());
        assertThat(Corpus.values()).hasSize(8);
    }
}
