package mhc.reports;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import mhc.datasets.InputException;
import mhc.reports.ReportOptions.Format;
import mhc.reports.ReportOptions.Pairs;
import mhc.reports.ReportOptions.Samples;
import mhc.reports.ReportOptions.Unfinished;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is asked for on a command line, of {@code mhc-eval report} and of {@link ReportJob} alike. */
public final class ReportRequest {
    @Parameters(
            arity = "0..*",
            paramLabel = "RUN",
            description = "Run directories; the models of all stand in one table.")
    private List<String> runs = List.of();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where the report goes (default: the run itself; required for several runs).")
    private String out = "";

    @Option(
            names = "--format",
            split = ",",
            paramLabel = "FORMAT",
            description = "Some of md,csv,latex,html,json (default: all).")
    private List<String> formats = List.of();

    @Option(
            names = "--baseline",
            paramLabel = "NAME",
            description = "The model others are compared with (default: what the first run says).")
    private String baseline = "";

    @Option(
            names = "--pairs",
            paramLabel = "all|baseline|none",
            description = "Compare each model with each, with the baseline alone, or with none (default: all).")
    private String pairs = "all";

    @Option(
            names = "--samples",
            paramLabel = "auto|all|none",
            description = "Single examples on the page: auto shows them up to 500,000 rows (default: auto).")
    private String samples = "auto";

    @Option(
            names = "--series",
            paramLabel = "PATTERN",
            description = "Scores over the steps of training instead: a quoted pattern of run directories, such as"
                    + " 'runs/tiny_step*'. Writes series/, series.svg and series.md into --out; runs that stand there are"
                    + " not read again.")
    private String series = "";

    @Option(names = "--partial", description = "Report on runs that are not finished, and mark them.")
    private boolean partial;

    @Option(
            names = "--allow-different-prompts",
            description = "Compare models that were not asked the same, and mark and count where.")
    private boolean differentPrompts;

    /**
     * Writes the report.
     *
     * @return what is to be printed
     * @throws InputException for whatever the user can mend
     */
    public String write(SparkSession spark) {
        if (!series.isEmpty()) {
            return series(spark);
        }
        if (runs.isEmpty()) {
            throw new InputException("There is no run to report on: give at least one run directory");
        }
        if (out.isEmpty() && runs.size() > 1) {
            throw new InputException("A report on several runs needs a directory of its own: give --out DIR");
        }
        return RunReport.write(spark, runs, out.isEmpty() ? runs.get(0) : out, options())
                .markdown();
    }

    private String series(SparkSession spark) {
        if (!runs.isEmpty() || out.isEmpty()) {
            throw new InputException(
                    "A series takes its runs from the pattern alone: give --series 'PATTERN' --out DIR");
        }
        RunSeries.Result result = RunSeries.write(spark, series, out, options());
        return result.markdown() + "\n" + result.read() + " runs read, " + result.known() + " known before\n";
    }

    private ReportOptions options() {
        return ReportOptions.DEFAULT
                .withFormats(formats())
                .withBaseline(baseline)
                .withSamples(one(Samples.class, "--samples", samples))
                .withPairs(one(Pairs.class, "--pairs", pairs))
                .withUnfinished(partial ? Unfinished.MARKED : Unfinished.REFUSED)
                .withDifferentPrompts(differentPrompts);
    }

    private Set<Format> formats() {
        EnumSet<Format> chosen = formats.isEmpty() ? EnumSet.allOf(Format.class) : EnumSet.noneOf(Format.class);
        formats.forEach(name -> chosen.add(one(Format.class, "--format", name)));
        return chosen;
    }

    private static <E extends Enum<E>> E one(Class<E> kind, String option, String name) {
        List<E> known = Arrays.asList(kind.getEnumConstants());
        return known.stream()
                .filter(each -> each.name().equalsIgnoreCase(name.strip()))
                .findFirst()
                .orElseThrow(() -> new InputException(option + " " + name + " is not known: give "
                        + known.stream()
                                .map(each -> each.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", "))));
    }
}
