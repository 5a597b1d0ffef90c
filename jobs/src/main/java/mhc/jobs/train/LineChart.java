package mhc.jobs.train;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import mhc.datasets.InputException;
import mhc.reports.ChartBand;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A chart of lines, points and bands as an SVG file; series of one model share its colour. */
final class LineChart {
    private static final List<Color> COLOURS = List.of(
            new Color(0x55, 0x55, 0x55),
            new Color(0xd6, 0x5f, 0x0e),
            new Color(0x1f, 0x6f, 0xb4),
            new Color(0x2c, 0x8a, 0x3c),
            new Color(0x8e, 0x4b, 0xa8),
            new Color(0xb0, 0x8a, 0x00));
    private static final Color GRID = new Color(0xe2, 0xe2, 0xe2);
    /** Hundredths of a pixel are seen by nobody, and half of a file is its letters' outlines. */
    private static final Pattern DIGITS = Pattern.compile("(\\.\\d\\d)\\d+");
    /** The encoder names the plot's outline anew each time; one chart has one. */
    private static final Pattern OUTLINE = Pattern.compile("clip\\d+");

    private final XYChart chart;

    LineChart(String title, String x, String y) {
        chart = new XYChartBuilder()
                .width(760)
                .height(380)
                .title(title)
                .xAxisTitle(x)
                .yAxisTitle(y)
                .build();
        chart.getStyler()
                .setPlotGridLinesColor(GRID)
                .setPlotGridLinesStroke(new BasicStroke(0.6f))
                .setPlotBorderVisible(false)
                .setChartBackgroundColor(Color.WHITE)
                .setLegendPosition(LegendPosition.OutsideE)
                .setLegendBorderColor(Color.WHITE);
    }

    LineChart logarithmicX() {
        chart.getStyler().setXAxisLogarithmic(true);
        return this;
    }

    LineChart logarithmicY() {
        chart.getStyler().setYAxisLogarithmic(true);
        return this;
    }

    /** Labels between powers of ten as well, for axes that span few of them. */
    LineChart labelledWithinDecades() {
        chart.getStyler().setXAxisLogarithmicDecadeOnly(false).setYAxisLogarithmicDecadeOnly(false);
        return this;
    }

    /** @param colour number of a model */
    LineChart line(String name, double[] x, double[] y, int colour, boolean thin) {
        XYSeries series = chart.addSeries(name, x, y);
        style(series, colour);
        series.setLineStyle(new BasicStroke(thin ? 0.8f : 2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND));
        return this;
    }

    /** A line with error bars of these half lengths. */
    LineChart estimates(String name, double[] x, double[] y, double[] errors, int colour) {
        XYSeries series = chart.addSeries(name, x, y, errors);
        style(series, colour);
        series.setLineStyle(new BasicStroke(1.4f));
        return this;
    }

    LineChart points(String name, double[] x, double[] y, int colour) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
        series.setMarker(SeriesMarkers.CIRCLE);
        series.setMarkerColor(COLOURS.get(colour % COLOURS.size()));
        return this;
    }

    /** The area between two lines. */
    LineChart band(String name, double[] x, double[] low, double[] high, int colour) {
        Color full = COLOURS.get(colour % COLOURS.size());
        Color pale = new Color(full.getRed(), full.getGreen(), full.getBlue(), 40);
        ChartBand.add(chart, name, x, low, high, pale, new Color(0, 0, 0, 0));
        return this;
    }

    private static void style(XYSeries series, int colour) {
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(COLOURS.get(colour % COLOURS.size()));
    }

    /** @throws InputException when the file cannot be written */
    void write(Path file) {
        ByteArrayOutputStream svg = new ByteArrayOutputStream();
        try {
            VectorGraphicsEncoder.saveVectorGraphic(chart, svg, VectorGraphicsFormat.SVG);
            Files.createDirectories(file.toAbsolutePath().getParent());
            String exact = svg.toString(StandardCharsets.UTF_8);
            String rounded = DIGITS.matcher(exact).replaceAll("$1");
            Files.writeString(file, OUTLINE.matcher(rounded).replaceAll("plot"));
        } catch (IOException e) {
            throw new InputException(
                    file + " cannot be written (" + e.getMessage() + "): give another folder to --out.", e);
        }
    }
}
