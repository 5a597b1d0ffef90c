package mhc.eval;

import java.util.Locale;
import java.util.function.Function;
import mhc.eval.PredictionColumn.Shape.Element;

/**
 * The columns of {@code predictions/model=M/benchmark=B/part-*.parquet}, in their order. Model and benchmark are the
 * partitions and stand in no file. Whoever writes or reads such files takes names and types from here; no column is ever
 * null.
 */
public enum PredictionColumn {
    ID(Shape.of(Element.TEXT), Prediction::id),
    TASK(Shape.of(Element.TEXT), Prediction::task),
    CLUSTER(Shape.of(Element.TEXT), Prediction::cluster),
    PROTOCOL(Shape.of(Element.TEXT), Prediction::protocol),
    VERSION(Shape.of(Element.TEXT), Prediction::version),
    SHOTS(Shape.of(Element.INTEGER), Prediction::shots),
    REQUEST_HASH(Shape.of(Element.TEXT), Prediction::requestHash),
    CONTEXT(Shape.of(Element.TEXT), Prediction::context),
    CONTINUATIONS(Shape.listOf(Element.TEXT), Prediction::continuations),
    LOGLIKELIHOODS(Shape.listOf(Element.DOUBLE), Prediction::logLikelihoods),
    TOKENS(Shape.listOf(Element.INTEGER), Prediction::tokens),
    RAW(Shape.of(Element.TEXT), Prediction::raw),
    EXTRACTED(Shape.mapTo(Element.TEXT), Prediction::extracted),
    GOLD(Shape.listOf(Element.TEXT), Prediction::gold),
    METRICS(Shape.mapTo(Element.DOUBLE), Prediction::metrics),
    STATUS(Shape.of(Element.TEXT), Prediction::status),
    REASON(Shape.of(Element.TEXT), Prediction::failure),
    TRUNCATED(Shape.of(Element.BOOLEAN), Prediction::truncated),
    STOP(Shape.of(Element.TEXT), Prediction::stop),
    KERNELS(Shape.of(Element.TEXT), Prediction::kernels),
    PROMPT_TOKENS(Shape.of(Element.INTEGER), Prediction::promptTokens),
    REUSED_TOKENS(Shape.of(Element.INTEGER), Prediction::reusedTokens),
    NEW_TOKENS(Shape.of(Element.INTEGER), Prediction::newTokens),
    /** The only one that differs between two runs of the same inputs. */
    SECONDS(Shape.of(Element.DOUBLE), Prediction::seconds);

    private final Shape shape;
    private final Function<Prediction, Object> value;

    PredictionColumn(Shape shape, Function<Prediction, Object> value) {
        this.shape = shape;
        this.value = value;
    }

    /** Name in the file: {@code request_hash}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    public Shape shape() {
        return shape;
    }

    /** The column's value in a row: of the element's Java class, or a List of these, or a Map from String to these. */
    public Object of(Prediction row) {
        return value.apply(row);
    }

    /** What a column holds. */
    public record Shape(Form form, Element element) {

        /** How many elements. */
        public enum Form {
            ONE,
            LIST,
            /** From names, which are texts. */
            MAP
        }

        /** Type of an element; in Java String, Integer, Double and Boolean. */
        public enum Element {
            TEXT,
            INTEGER,
            DOUBLE,
            BOOLEAN
        }

        static Shape of(Element element) {
            return new Shape(Form.ONE, element);
        }

        static Shape listOf(Element element) {
            return new Shape(Form.LIST, element);
        }

        static Shape mapTo(Element element) {
            return new Shape(Form.MAP, element);
        }
    }
}
