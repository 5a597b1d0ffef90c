package mhc.reports;

import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;

/** Paths as Spark's readers have to be given them, which take each path for a glob. */
final class LiteralPath {
    private static final Pattern SPECIAL = Pattern.compile("[{}\\[\\]*?\\\\]");

    private LiteralPath() {}

    /** A glob that matches this path alone: a run directory {@code g[1]} is not {@code g1}. */
    static String of(Path path) {
        return SPECIAL.matcher(path.toString()).replaceAll("\\\\$0");
    }
}
