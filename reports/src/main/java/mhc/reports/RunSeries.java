package mhc.reports;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import mhc.datasets.InputException;
import mhc.datasets.Location;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * Scores of checkpoints over the steps of their training: {@code series/}, {@code series.svg} and {@code series.md}. Runs
 * whose scores stand in {@code series/} already, and whose files have not changed since, are not read again.
 */
public final class RunSeries {
    private static final String TABLE = "series";

    private RunSeries() {}

    /**
     * What was written.
     *
     * @param markdown a table of it
     * @param read runs whose predictions were read
     * @param known runs whose scores stood there already
     */
    public record Result(String markdown, int read, int known) {}

    /**
     * Reads the runs that are new, and writes all again.
     *
     * @param pattern glob of run directories, on any Hadoop file system
     * @throws InputException when nothing matches, a run cannot be read, or its step is not known
     */
    public static Result write(SparkSession spark, String pattern, String outDir, ReportOptions options) {
        List<Path> directories = matching(spark, pattern);
        Map<String, List<SeriesPoint>> before = known(spark, outDir);
        List<SeriesPoint> points = new ArrayList<>();
        int read = 0;
        for (Path directory : directories) {
            EvaluatedRun run = EvaluatedRun.at(directory.toString(), spark, options);
            String state = RunState.of(run, spark.sparkContext().hadoopConfiguration());
            List<SeriesPoint> old = before.getOrDefault(state, List.of());
            if (old.isEmpty()) {
                points.addAll(points(spark, run, state, options));
                read++;
            } else {
                points.addAll(old);
            }
        }
        points.sort(Comparator.comparing(SeriesPoint::benchmark)
                .thenComparing(SeriesPoint::model)
                .thenComparingLong(SeriesPoint::step)
                .thenComparing(SeriesPoint::run));
        requireOneEach(points);
        ReportFolder folder = ReportFolder.at(spark, outDir);
        folder.writeTable(TABLE, points.stream().map(SeriesPoint::row).toList(), SeriesPoint.SCHEMA);
        folder.writeText("series.svg", SeriesPicture.svg(points));
        String markdown = MarkdownWriter.write(SeriesPage.of(points));
        folder.writeText("series.md", markdown);
        return new Result(markdown, read, directories.size() - read);
    }

    private static List<Path> matching(SparkSession spark, String pattern) {
        Location glob = Location.of(
                "The pattern --series", pattern, spark.sparkContext().hadoopConfiguration());
        try {
            FileStatus[] found = glob.files().globStatus(glob.path());
            List<Path> directories = Stream.of(found == null ? new FileStatus[0] : found)
                    .filter(FileStatus::isDirectory)
                    .map(FileStatus::getPath)
                    .sorted()
                    .toList();
            if (directories.isEmpty()) {
                throw new InputException("No directory matches --series " + pattern
                        + ": give a pattern of run directories in quotes, such as 'runs/tiny_step*'");
            }
            return directories;
        } catch (IOException e) {
            throw new InputException(
                    "The pattern --series " + pattern + " cannot be followed (" + e.getMessage() + "): check the path",
                    e);
        }
    }

    /** What stands in the series already, by the state of the runs. */
    private static Map<String, List<SeriesPoint>> known(SparkSession spark, String outDir) {
        Map<String, List<SeriesPoint>> known = new LinkedHashMap<>();
        Path table = new Path(outDir, TABLE);
        try {
            if (table.getFileSystem(spark.sparkContext().hadoopConfiguration()).exists(table)) {
                spark.read().schema(SeriesPoint.SCHEMA).parquet(LiteralPath.of(table)).collectAsList().stream()
                        .map(SeriesPoint::of)
                        .forEach(point -> known.computeIfAbsent(point.state(), key -> new ArrayList<>())
                                .add(point));
            }
        } catch (Exception e) { // Spark throws checked exceptions that its methods do not declare
            throw new InputException(
                    "The series in " + table + " cannot be read: delete it, and every run is read again", e);
        }
        return known;
    }

    private static List<SeriesPoint> points(SparkSession spark, EvaluatedRun run, String state, ReportOptions options) {
        Map<String, TrainingStep> steps = new TreeMap<>();
        run.models().forEach(model -> steps.put(model, TrainingStep.of(run, model)));
        ReportOptions alone = options.withBaseline("").withPairs(ReportOptions.Pairs.NONE);
        return RunEvaluation.of(spark, List.of(run), alone).report().rows().stream()
                .flatMap(row -> row.models().stream().map(cell -> {
                    TrainingStep step = steps.get(cell.model());
                    return new SeriesPoint(
                            run.directory().toString(),
                            state,
                            step.model(),
                            step.step(),
                            step.tokens(),
                            row.benchmark(),
                            row.headline().key(),
                            cell.score().value(),
                            cell.score().stderr(),
                            cell.score().n(),
                            cell.score().failed());
                }))
                .toList();
    }

    /** Points are sorted: those of one place follow each other. */
    private static void requireOneEach(List<SeriesPoint> points) {
        for (int i = 1; i < points.size(); i++) {
            SeriesPoint a = points.get(i - 1);
            SeriesPoint b = points.get(i);
            if (!a.benchmark().equals(b.benchmark())) {
                continue;
            }
            if (a.model().equals(b.model()) && a.step() == b.step()) {
                throw new InputException("Step " + a.step() + " of " + a.model() + " stands in " + a.run() + " and in "
                        + b.run() + ": give one run of each step");
            }
            if (!a.metric().equals(b.metric())) {
                throw new InputException("Benchmark " + a.benchmark() + " has metric " + a.metric() + " in " + a.run()
                        + " and " + b.metric() + " in " + b.run() + ": give runs of one protocol");
            }
        }
    }
}
