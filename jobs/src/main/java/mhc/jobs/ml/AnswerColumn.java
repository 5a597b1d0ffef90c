package mhc.jobs.ml;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import mhc.eval.Answer;
import mhc.eval.score.Choices;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.collection.immutable.ArraySeq;

/**
 * Answers as the structs of a column. Those of both kinds have {@code failure} (null, or why there is no answer), {@code
 * truncated} (whether the context lost tokens on its left), {@code prompt_tokens}, {@code reused_tokens} and {@code
 * new_tokens}; before these stand
 *
 * <ul>
 *   <li>of generated answers {@code text}, and in {@code stop} what ended it: {@code stop_string}, {@code end_of_text},
 *       {@code length} or {@code context};
 *   <li>of choices {@code best}, the index of the largest log-likelihood (-1 when none is finite), and {@code scores}, one
 *       struct per continuation: {@code loglikelihood} (natural logarithm), {@code tokens}, {@code code_points}, {@code
 *       greedy}.
 * </ul>
 *
 * All but the counts are null where there is a failure.
 */
final class AnswerColumn {
    private static final StructType SCORE = new StructType()
            .add("loglikelihood", DataTypes.DoubleType)
            .add("tokens", DataTypes.IntegerType)
            .add("code_points", DataTypes.IntegerType)
            .add("greedy", DataTypes.BooleanType);
    private static final StructType TEXTS =
            common(new StructType().add("text", DataTypes.StringType).add("stop", DataTypes.StringType));
    private static final StructType CHOICES =
            common(new StructType().add("best", DataTypes.IntegerType).add("scores", DataTypes.createArrayType(SCORE)));

    private AnswerColumn() {}

    private static StructType common(StructType first) {
        return first.add("failure", DataTypes.StringType)
                .add("truncated", DataTypes.BooleanType)
                .add("prompt_tokens", DataTypes.IntegerType)
                .add("reused_tokens", DataTypes.IntegerType)
                .add("new_tokens", DataTypes.IntegerType);
    }

    static StructType type(RequestKind kind) {
        return kind == RequestKind.GENERATE ? TEXTS : CHOICES;
    }

    /** Which kind of answers a column of this type holds, whatever it says of nulls; empty where it holds none. */
    static Optional<RequestKind> kind(DataType type) {
        return List.of(RequestKind.values()).stream()
                .filter(kind -> type(kind).catalogString().equals(type.catalogString()))
                .findFirst();
    }

    /** @throws IllegalArgumentException when the answer is neither a failure nor of that kind */
    static Row row(RequestKind kind, Answer answer) {
        Answer.Usage usage = answer.usage();
        Object first;
        Object second;
        String failure = null;
        if (answer instanceof Answer.Failed failed) {
            first = null;
            second = null;
            failure = failed.row();
        } else if (answer instanceof Answer.Text text && kind == RequestKind.GENERATE) {
            first = text.text();
            second = text.stop().name().toLowerCase(Locale.ROOT);
        } else if (answer instanceof Answer.Scores scores && kind == RequestKind.CHOOSE) {
            first = Choices.best(scores.scores().stream()
                    .mapToDouble(Answer.Score::logLikelihood)
                    .toArray());
            second = ArraySeq.unsafeWrapArray(
                    scores.scores().stream().map(AnswerColumn::score).toArray(Row[]::new));
        } else {
            throw new IllegalArgumentException("The answer to " + kind + " is " + answer);
        }
        Object[] values = {
            first, second, failure, usage.truncated(), usage.promptTokens(), usage.reusedTokens(), usage.newTokens()
        };
        return new GenericRowWithSchema(values, type(kind));
    }

    private static Row score(Answer.Score score) {
        Object[] values = {score.logLikelihood(), score.tokens(), score.codePoints(), score.greedy()};
        return new GenericRowWithSchema(values, SCORE);
    }

    /** Whether there is no answer in a row. */
    static boolean isFailed(Row row) {
        return row.<String>getAs("failure") != null;
    }

    static boolean isTruncated(Row row) {
        return row.<Boolean>getAs("truncated");
    }

    /** The inverse of {@link #row}, for a row that is not failed. */
    static Answer answer(RequestKind kind, Row row) {
        Answer.Usage usage = new Answer.Usage(
                row.getAs("prompt_tokens"), row.getAs("reused_tokens"), row.getAs("new_tokens"), isTruncated(row));
        if (kind == RequestKind.GENERATE) {
            String stop = row.<String>getAs("stop").toUpperCase(Locale.ROOT);
            return new Answer.Text(row.getAs("text"), Answer.Stop.valueOf(stop), usage);
        }
        List<Row> scores = row.getList(row.fieldIndex("scores"));
        return new Answer.Scores(
                scores.stream()
                        .map(score -> new Answer.Score(
                                score.getDouble(0), score.getInt(1), score.getInt(2), score.getBoolean(3)))
                        .toList(),
                usage);
    }
}
