package mhc.reports;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import mhc.eval.MetricName;

/**
 * What may be chosen of a report.
 *
 * @param headlines Table 4's metric by benchmark; where it says nothing, the runs' own manifests do
 * @param formats which files are written beside {@code scores/} and {@code comparison/}
 * @param baseline the model others are compared with; empty: what the first run says, or else its first model
 * @param samples whether the page shows single examples
 * @param pairs which models are compared with each other
 * @param unfinished what is done about a run that is not finished
 * @param differentPrompts whether models that were not asked the same are compared, and marked
 */
public record ReportOptions(
        Map<String, MetricName> headlines,
        Set<Format> formats,
        String baseline,
        Samples samples,
        Pairs pairs,
        Unfinished unfinished,
        boolean differentPrompts) {

    public static final ReportOptions DEFAULT = new ReportOptions(
            Map.of(), EnumSet.allOf(Format.class), "", Samples.AUTO, Pairs.ALL, Unfinished.REFUSED, false);

    /** Files of a report. */
    public enum Format {
        MD,
        CSV,
        LATEX,
        HTML,
        JSON
    }

    /** Which single examples the page shows. */
    public enum Samples {
        /** All up to {@link #MANY} rows, else none: sorting texts takes longer than all the rest of a report. */
        AUTO,
        ALL,
        NONE;

        /** Rows of all models together. */
        public static final long MANY = 500_000;
    }

    /** Which models are compared with each other. */
    public enum Pairs {
        /** Each with each. */
        ALL,
        /** Each with the baseline. */
        BASELINE,
        /** None: scores alone. */
        NONE
    }

    /** What is done about a run without a manifest, which is not finished. */
    public enum Unfinished {
        REFUSED,
        MARKED
    }

    public ReportOptions withHeadlines(Map<String, MetricName> others) {
        return new ReportOptions(others, formats, baseline, samples, pairs, unfinished, differentPrompts);
    }

    public ReportOptions withFormats(Set<Format> chosen) {
        return new ReportOptions(headlines, chosen, baseline, samples, pairs, unfinished, differentPrompts);
    }

    public ReportOptions withBaseline(String model) {
        return new ReportOptions(headlines, formats, model, samples, pairs, unfinished, differentPrompts);
    }

    public ReportOptions withSamples(Samples chosen) {
        return new ReportOptions(headlines, formats, baseline, chosen, pairs, unfinished, differentPrompts);
    }

    public ReportOptions withPairs(Pairs chosen) {
        return new ReportOptions(headlines, formats, baseline, samples, chosen, unfinished, differentPrompts);
    }

    public ReportOptions withUnfinished(Unfinished chosen) {
        return new ReportOptions(headlines, formats, baseline, samples, pairs, chosen, differentPrompts);
    }

    public ReportOptions withDifferentPrompts(boolean allowed) {
        return new ReportOptions(headlines, formats, baseline, samples, pairs, unfinished, allowed);
    }
}
