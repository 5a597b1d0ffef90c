package mhc.reports;

import java.io.Serializable;
import org.apache.hadoop.fs.Path;

/**
 * A file of predictions.
 *
 * @param model as it is shown
 * @param uri where it is, as Hadoop writes paths
 */
public record PredictionPart(String model, String benchmark, String uri) implements Serializable {
    private static final long serialVersionUID = 1L;

    /** A file whose place says nothing of what it holds. */
    public static PredictionPart at(Path file) {
        return new PredictionPart("", "", file.toString());
    }

    Path path() {
        return new Path(uri);
    }

    /** What to say of a file that does not hold predictions. */
    String damage() {
        return damage(uri);
    }

    static String damage(String file) {
        return "Predictions file " + file
                + " is damaged or is not one: delete it and start its run again, which writes it anew";
    }
}
