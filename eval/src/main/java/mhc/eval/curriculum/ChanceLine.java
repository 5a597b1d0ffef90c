package mhc.eval.curriculum;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import mhc.datasets.curriculum.Curriculum;
import mhc.datasets.curriculum.Division;
import mhc.datasets.curriculum.Item;
import mhc.eval.Answer;
import mhc.eval.Benchmark;
import mhc.eval.Request;

/**
 * What is scored without reading the question: options taken blindly, or one and the same answer to every question of a
 * sub-task, the most frequent one. A model is better than chance only above it.
 */
public final class ChanceLine {
    private ChanceLine() {}

    private static final int ITEMS = 400;

    /** Expected headline metric, from 0 to 1: of training items, which are many, so that the answer is not fitted to a test. */
    public static double of(Benchmark benchmark) {
        return of(benchmark, Curriculum.distinct(benchmark.corpus(), Division.TRAIN, 0, ITEMS));
    }

    private static double of(Benchmark benchmark, List<Item> items) {
        Map<String, List<Question>> tasks = items.stream()
                .map(item -> Question.of(benchmark, item))
                .collect(Collectors.groupingBy(question -> question.item.asked().task()));
        double sum = tasks.values().stream()
                .mapToDouble(questions -> sum(benchmark, questions))
                .sum();
        return sum / items.size();
    }

    private record Question(Item item, Request request, String answer) {
        static Question of(Benchmark benchmark, Item item) {
            AnsweredPrompt prompt = AnsweredPrompt.of(benchmark, List.of(item), "");
            return new Question(item, prompt.request(), prompt.answer());
        }
    }

    private static double sum(Benchmark benchmark, List<Question> questions) {
        if (questions.get(0).request instanceof Request.Choice) {
            return questions.stream()
                    .mapToDouble(question -> 1.0
                            / ((Request.Choice) question.request)
                                    .continuations()
                                    .size())
                    .sum();
        }
        return questions.stream()
                .map(Question::answer)
                .distinct()
                .mapToDouble(answer -> questions.stream()
                        .mapToDouble(question -> score(benchmark, question, answer))
                        .sum())
                .max()
                .orElseThrow();
    }

    private static double score(Benchmark benchmark, Question question, String answer) {
        Answer text = new Answer.Text(answer, Answer.Stop.END_OF_TEXT, Answer.Usage.NONE);
        return benchmark
                .score(question.item.asked(), text)
                .metrics()
                .get(benchmark.headline().metric());
    }
}
