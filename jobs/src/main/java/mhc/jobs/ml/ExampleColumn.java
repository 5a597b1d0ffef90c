package mhc.jobs.ml;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.InputException;

/** Examples as a column of JSON: the fields of the corpus's record, what a scorer knows of the right answer among them. */
final class ExampleColumn {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();

    private ExampleColumn() {}

    static String text(Example example) {
        try {
            return JSON.writeValueAsString(example);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Example " + example.id() + " cannot be written as JSON", e);
        }
    }

    /** @throws InputException when the text is no example of that corpus, naming the column */
    static Example example(Corpus corpus, String column, String text) {
        ObjectReader reader = JSON.readerFor(type(corpus));
        try {
            Example example = text == null ? null : reader.readValue(text);
            if (example != null) {
                return example;
            }
        } catch (JsonProcessingException e) {
            throw invalid(corpus, column, e.getOriginalMessage(), e);
        }
        throw invalid(corpus, column, "null", null);
    }

    private static InputException invalid(Corpus corpus, String column, String what, Exception cause) {
        return new InputException(
                "Column " + column + " does not hold an example of " + corpus.key() + " (" + what
                        + "): give examples as BenchmarkQuestions writes them",
                cause);
    }

    private static Class<? extends Example> type(Corpus corpus) {
        return switch (corpus) {
            case BBH -> Example.Bbh.class;
            case DROP -> Example.Drop.class;
            case GSM8K -> Example.Gsm8k.class;
            case HELLASWAG -> Example.HellaSwag.class;
            case MATH -> Example.MathProblem.class;
            case MMLU -> Example.Mmlu.class;
            case PIQA -> Example.Piqa.class;
            case TRIVIAQA -> Example.TriviaQa.class;
        };
    }
}
