package mhc.datasets;

import java.io.Serializable;
import java.util.List;

/**
 * One item of a corpus. Ids are stable, such as {@code gsm8k/test/17}: they name the item in its source, never its place
 * in a shard, so that every random choice and every join may rest on them.
 */
public sealed interface Example extends Serializable {

    /** Stable id, {@code <corpus>/<split>/...}. */
    String id();

    /** Sub-task inside the benchmark (BBH task, MATH type, MMLU subject), or the empty string where there is only one. */
    default String task() {
        return "";
    }

    /** Unit of randomisation for clustered standard errors: items that share a passage or a source share a cluster. */
    default String cluster() {
        return id();
    }

    /** The answer with the steps that lead to it, or the empty string where the corpus gives the answer alone. */
    default String worked() {
        return "";
    }

    /** The answer as an exemplar shows it, with its steps where the corpus has them; may be empty. */
    String answer();

    /** BIG-Bench Hard; as an exemplar, {@code target} is the worked answer ("Let's think step by step. ..."). */
    record Bbh(String id, String task, String input, String target) implements Example {
        @Override
        public String answer() {
            return target;
        }
    }

    /**
     * DROP question over a passage. {@code answers} holds the annotator's answer first, then the validated ones in file
     * order, duplicates kept.
     */
    record Drop(String id, String passageId, String passage, String question, List<DropAnswer> answers)
            implements Example {
        public Drop {
            answers = List.copyOf(answers);
        }

        @Override
        public String cluster() {
            return passageId;
        }

        @Override
        public String answer() {
            return answers.isEmpty() ? "" : String.join(", ", answers.get(0).spans());
        }
    }

    /** One typed DROP answer: a number or a date has one span, {@code SPANS} has one or more. */
    record DropAnswer(Kind kind, List<String> spans) implements Serializable {
        public DropAnswer {
            spans = List.copyOf(spans);
        }

        /** Answer types of the official JSON. */
        public enum Kind {
            NUMBER,
            DATE,
            SPANS
        }
    }

    /** GSM8K; {@code answer} is the full text: a solution ending in "#### N", or a worked exemplar ending in "The answer is N." */
    record Gsm8k(String id, String question, String answer) implements Example {
        @Override
        public String worked() {
            return answer;
        }
    }

    /** HellaSwag; texts as in the source, bracket tags included. */
    record HellaSwag(
            String id,
            String activity,
            String contextA,
            String contextB,
            List<String> endings,
            int gold,
            String sourceId)
            implements Example {
        public HellaSwag {
            endings = List.copyOf(endings);
        }

        @Override
        public String cluster() {
            return sourceId.isEmpty() ? id : sourceId;
        }

        @Override
        public String answer() {
            return endings.get(gold);
        }
    }

    /** Competition mathematics; {@code task} is the subject folder, such as {@code counting_and_probability}. */
    record MathProblem(String id, String task, String level, String problem, String solution) implements Example {
        @Override
        public String worked() {
            return solution;
        }

        @Override
        public String answer() {
            return solution;
        }
    }

    /** MMLU; {@code task} is the subject, such as {@code abstract_algebra}; {@code gold} is zero-based. */
    record Mmlu(String id, String task, String question, List<String> choices, int gold) implements Example {
        public Mmlu {
            choices = List.copyOf(choices);
        }

        @Override
        public String answer() {
            return choices.get(gold);
        }
    }

    /** PIQA; two solutions, {@code gold} is 0 or 1. */
    record Piqa(String id, String goal, List<String> solutions, int gold) implements Example {
        public Piqa {
            solutions = List.copyOf(solutions);
        }

        @Override
        public String answer() {
            return solutions.get(gold);
        }
    }

    /** TriviaQA; {@code value} is the preferred answer (empty when the source has none), {@code aliases} in file order. */
    record TriviaQa(String id, String question, String value, List<String> aliases) implements Example {
        public TriviaQa {
            aliases = List.copyOf(aliases);
        }

        @Override
        public String answer() {
            return value;
        }
    }
}
