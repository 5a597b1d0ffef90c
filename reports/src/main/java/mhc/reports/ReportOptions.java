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
 * @param pairs which models are compared with each other
 * @param unfinished what is done about a run that is not finished
 * @param differentPrompts whether models that were not asked the same are compared, and marked
 */
public record ReportOptions(
        Map<String, MetricName> headlines,
        Set<Format> formats,
        String baseline,
        Pairs pairs,
        Unfinished unfinished,
        boolean differentPrompts) {

    public static final ReportOptions DEFAULT =
            new ReportOptions(Map.of(), EnumSet.allOf(Format.class), "", Pairs.ALL, Unfinished.REFUSED, false);

    /** Files of a report. */
    public enum Format {
        MD,
        CSV,
        LATEX,
        HTML,
        JSON
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
        return new ReportOptions(others, formats, baseline, pairs, unfinished, differentPrompts);
    }

    public ReportOptions withFormats(Set<Format> chosen) {
        return new ReportOptions(headlines, chosen, baseline, pairs, unfinished, differentPrompts);
    }

    public ReportOptions withBaseline(String model) {
        return new ReportOptions(headlines, formats, model, pairs, unfinished, differentPrompts);
    }

    public ReportOptions withPairs(Pairs chosen) {
        return new ReportOptions(headlines, formats, baseline, chosen, unfinished, differentPrompts);
    }

    public ReportOptions withUnfinished(Unfinished chosen) {
        return new ReportOptions(headlines, formats, baseline, pairs, chosen, differentPrompts);
    }

    public ReportOptions withDifferentPrompts(boolean allowed) {
        return new ReportOptions(headlines, formats, baseline, pairs, unfinished, allowed);
    }
}
