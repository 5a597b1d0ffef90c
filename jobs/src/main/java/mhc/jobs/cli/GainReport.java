package mhc.jobs.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import mhc.model.probe.AmaxGain;
import mhc.model.probe.GainProbe;

/** Gains of a checkpoint as lines of text, and as JSON. */
record GainReport(PlanTable.Line out) {
    private static final String SPREAD = " %11s %11s";

    void print(GainProbe.Result result) {
        out.print("%d tokens; mean and max over tokens", result.tokens());
        out.print(
                "%-9s %23s %23s %23s %23s %23s %23s",
                "site",
                "single forward",
                "single backward",
                "composite forward",
                "composite backward",
                "suffix forward",
                "suffix backward");
        for (int site = 0; site < result.sites().size(); site++) {
            AmaxGain.Site gains = result.sites().get(site);
            List<AmaxGain.Spread> spreads = new ArrayList<>(gains.columns());
            spreads.add(gains.suffix());
            spreads.add(gains.suffixBackward());
            out.print("%s", line(site, spreads));
        }
        out.print("");
        out.print("%-9s %23s %23s %23s", "site", "composite row spread", "|H - identity|", "|H - 1/n|");
        for (int site = 0; site < result.sites().size(); site++) {
            AmaxGain.Site gains = result.sites().get(site);
            out.print("%s", line(site, List.of(gains.rowSpread(), gains.fromIdentity(), gains.fromUniform())));
        }
        out.print("");
        out.print("|column sum - 1| of every site, token and stream:");
        List<Long> counts = histogram(result);
        long all = counts.stream().mapToLong(Long::longValue).sum();
        for (int i = 0; i < counts.size(); i++) {
            out.print(
                    "  %-10s %12d %7.2f %%",
                    i < AmaxGain.DEVIATIONS.size()
                            ? String.format(Locale.ROOT, "< %.0e", AmaxGain.DEVIATIONS.get(i))
                            : "more",
                    counts.get(i),
                    100.0 * counts.get(i) / all);
        }
    }

    private static String line(int site, List<AmaxGain.Spread> spreads) {
        StringBuilder line = new StringBuilder("%-9s".formatted(name(site)));
        for (AmaxGain.Spread spread : spreads) {
            line.append(SPREAD.formatted(number(spread.mean()), number(spread.max())));
        }
        return line.toString();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.6g", value);
    }

    private static String name(int site) {
        return site / 2 + (site % 2 == 0 ? ".attn" : ".ffn");
    }

    private static List<Long> histogram(GainProbe.Result result) {
        Long[] counts = new Long[AmaxGain.DEVIATIONS.size() + 1];
        java.util.Arrays.fill(counts, 0L);
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
            fields.put("site", name(i));
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
