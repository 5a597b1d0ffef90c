package mhc.reports;

import static mhc.reports.Html.escape;
import static mhc.reports.Page.Column.left;
import static mhc.reports.Page.Column.right;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import mhc.reports.LineChart.Line;
import mhc.reports.ModelGains.Site;
import mhc.reports.Page.Table;

/** Charts and tables of what stands beside the scores. */
final class SupplementPanels {
    private SupplementPanels() {}

    /** A chart a model on one logarithmic scale each, as in the paper's figures of gains. */
    static String stability(List<ModelGains> models) {
        StringBuilder out =
                new StringBuilder("<p>Amax gain of each residual mapping, mean over tokens: of the site's own mapping"
                        + " (single) and of the product of all mappings up to it (composite). 1 neither grows nor shrinks.</p>\n"
                        + "<div class=\"charts\">\n");
        for (ModelGains model : models) {
            out.append("<section><h3>" + escape(model.model()) + "</h3>\n")
                    .append(new LineChart(
                                    "residual site",
                                    "Amax gain",
                                    true,
                                    List.of(
                                            line("single forward", model, Site::single),
                                            line("single backward", model, Site::singleBackward),
                                            line("composite forward", model, Site::composite),
                                            line("composite backward", model, Site::compositeBackward)))
                            .html())
                    .append("</section>\n");
        }
        return out.append("</div>\n").toString();
    }

    /** The numbers of the charts. */
    static Table gains(List<ModelGains> models) {
        List<List<String>> rows = new ArrayList<>();
        models.forEach(model -> model.sites()
                .forEach(site -> rows.add(List.of(
                        model.model(),
                        site.name(),
                        LineChart.number(site.single()),
                        LineChart.number(site.singleBackward()),
                        LineChart.number(site.composite()),
                        LineChart.number(site.compositeBackward())))));
        return new Table(
                "Amax gain of every site, mean over tokens.",
                List.of(
                        left("Model"),
                        left("Site"),
                        right("Single forward"),
                        right("Single backward"),
                        right("Composite forward"),
                        right("Composite backward")),
                rows,
                List.of());
    }

    private static Line line(String name, ModelGains model, ToDoubleFunction<Site> gain) {
        double[] sites =
                IntStream.range(0, model.sites().size()).asDoubleStream().toArray();
        return new Line(name, sites, model.sites().stream().mapToDouble(gain).toArray());
    }

    static String training(List<TrainingCurve> curves) {
        return "<div class=\"charts\">\n" + chart("training loss, nats a token", false, curves, TrainingCurve::loss)
                + chart("gradient norm", true, curves, TrainingCurve::gradientNorm) + "</div>\n";
    }

    private static String chart(
            String name, boolean logarithmic, List<TrainingCurve> curves, Function<TrainingCurve, double[]> values) {
        return new LineChart(
                        "step",
                        name,
                        logarithmic,
                        curves.stream()
                                .map(curve -> new Line(curve.model(), curve.steps(), values.apply(curve)))
                                .toList())
                .html();
    }
}
