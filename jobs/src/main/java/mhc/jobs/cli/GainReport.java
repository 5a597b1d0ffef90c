package mhc.jobs.cli;

import static mhc.jobs.run.TextColumns.count;
import static mhc.jobs.run.TextColumns.name;
import static mhc.jobs.run.TextColumns.number;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import mhc.jobs.run.TextColumns;
import mhc.model.probe.AmaxGain;
import mhc.model.probe.GainProbe;

/** Gains of a checkpoint as lines of text, and as JSON. */
record GainReport(PlanTable.Line out) {
    private static final TextColumns SPREAD = TextColumns.of(number("mean", 11, "%.6g"), number("max", 11, "%.6g"));

    void print(GainProbe.Result result) {
        out.print("%d tokens; mean and max over tokens", result.tokens());
        TextColumns gains = TextColumns.of(
                name("site", 9),
                pair("single forward"),
                pair("single backward"),
                pair("composite forward"),
                pair("composite backward"),
                pair("suffix forward"),
                pair("suffix backward"));
        out.print("%s", gains.header());
        for (int site = 0; site < result.sites().size(); site++) {
            AmaxGain.Site measured = result.sites().get(site);
            List<AmaxGain.Spread> spreads = new ArrayList<>(measured.columns());
            spreads.add(measured.suffix());
            spreads.add(measured.suffixBackward());
            out.print("%s", gains.line(cells(site, spreads)));
        }
        out.print("");
        TextColumns distances = TextColumns.of(
                name("site", 9), pair("composite row spread"), pair("|H - identity|"), pair("|H - 1/n|"));
        out.print("%s", distances.header());
        for (int site = 0; site < result.sites().size(); site++) {
            AmaxGain.Site measured = result.sites().get(site);
            out.print(
                    "%s",
                    distances.line(cells(
                            site, List.of(measured.rowSpread(), measured.fromIdentity(), measured.fromUniform()))));
        }
        out.print("");
        out.print("|column sum - 1| of every site, token and stream:");
        List<Long> counts = histogram(result);
        long all = counts.stream().mapToLong(Long::longValue).sum();
        TextColumns deviations = TextColumns.of(name("below", 12), count("number", 12), number("share", 9, "%.2f %%"));
        for (int i = 0; i < counts.size(); i++) {
            out.print(
                    "%s",
                    deviations.line(
                            "  "
                                    + (i < AmaxGain.DEVIATIONS.size()
                                            ? String.format(Locale.ROOT, "< %.0e", AmaxGain.DEVIATIONS.get(i))
                                            : "more"),
                            counts.get(i),
                            100.0 * counts.get(i) / all));
        }
    }

    /** Mean and maximum below one title. */
    private static TextColumns.Column pair(String title) {
        return TextColumns.number(title, 23, "%s");
    }

    private static Object[] cells(int site, List<AmaxGain.Spread> spreads) {
        List<String> cells = new ArrayList<>(List.of(label(site)));
        spreads.forEach(spread -> cells.add(SPREAD.line(spread.mean(), spread.max())));
        return cells.toArray();
    }

    private static String label(int site) {
        return site / 2 + (site % 2 == 0 ? ".attn" : ".ffn");
    }

    private static List<Long> histogram(GainProbe.Result result) {
        Long[] counts = new Long[AmaxGain.DEVIATIONS.size() + 1];
        Arrays.fill(counts, 0L);
        for (AmaxGain.Site site : result.sites()) {
            for (int i = 0; i < counts.length; i++) {
                counts[i] += site.deviations().get(i);
            }
        }
        return List.of(counts);
    }

    /** Everything, one object with a list of sites. */
    static String json(GainProbe.Result result) {
        List<Map<String, Object>> sites = new ArrayList<>();
        for (int i = 0; i < result.sites().size(); i++) {
            AmaxGain.Site site = result.sites().get(i);
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("site", label(i));
            fields.put("single_forward", spread(site.single()));
            fields.put("single_backward", spread(site.singleBackward()));
            fields.put("composite_forward", spread(site.composite()));
            fields.put("composite_backward", spread(site.compositeBackward()));
            fields.put("suffix_forward", spread(site.suffix()));
            fields.put("suffix_backward", spread(site.suffixBackward()));
            fields.put("composite_row_spread", spread(site.rowSpread()));
            fields.put("from_identity", spread(site.fromIdentity()));
            fields.put("from_uniform", spread(site.fromUniform()));
            fields.put("column_sum_deviations", site.deviations());
            sites.add(fields);
        }
        Map<String, Object> whole = new LinkedHashMap<>();
        whole.put("tokens", result.tokens());
        whole.put("column_sum_deviation_edges", AmaxGain.DEVIATIONS);
        whole.put("column_sum_deviations", histogram(result));
        whole.put("sites", sites);
        try {
            return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(whole);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Numbers and names are always JSON", e);
        }
    }

    private static Map<String, Double> spread(AmaxGain.Spread spread) {
        Map<String, Double> both = new LinkedHashMap<>();
        both.put("mean", spread.mean());
        both.put("max", spread.max());
        return both;
    }
}
