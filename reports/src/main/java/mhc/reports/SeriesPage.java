package mhc.reports;

import static mhc.reports.Page.Column.left;
import static mhc.reports.Page.Column.right;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import mhc.reports.Page.Column;
import mhc.reports.Page.Table;

/** A series as a table for each benchmark: steps down, models across. */
final class SeriesPage {
    private SeriesPage() {}

    static Page of(List<SeriesPoint> points) {
        List<Page.Block> blocks = new ArrayList<>();
        new TreeSet<>(points.stream().map(SeriesPoint::benchmark).toList())
                .forEach(benchmark -> blocks.add(table(
                        benchmark,
                        points.stream()
                                .filter(point -> point.benchmark().equals(benchmark))
                                .toList())));
        return new Page("mhc-eval series", blocks);
    }

    private static Table table(String benchmark, List<SeriesPoint> points) {
        TreeSet<String> models =
                new TreeSet<>(points.stream().map(SeriesPoint::model).toList());
        List<Column> columns = new ArrayList<>(List.of(left("Step")));
        models.forEach(model -> columns.add(right(model)));
        List<List<String>> rows = new ArrayList<>();
        for (long step : new TreeSet<>(points.stream().map(SeriesPoint::step).toList())) {
            List<String> cells = new ArrayList<>(List.of(Long.toString(step)));
            models.forEach(model -> cells.add(points.stream()
                    .filter(point -> point.step() == step && point.model().equals(model))
                    .findFirst()
                    .map(point -> Numbers.withError(point.value(), point.stderr()))
                    .orElse(Numbers.NONE)));
            rows.add(cells);
        }
        return new Table(
                Labels.benchmark(benchmark) + ", " + points.get(0).metric() + " in percent ± standard error.",
                columns,
                rows,
                List.of());
    }
}
