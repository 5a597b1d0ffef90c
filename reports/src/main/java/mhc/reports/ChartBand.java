package mhc.reports;

import java.awt.Color;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The area between two lines of a chart, such as the ends of intervals. */
public final class ChartBand {
    private ChartBand() {}

    /** Adds a band below what is added later; it is not in the legend. */
    public static void add(
            XYChart chart, String name, double[] x, double[] low, double[] high, Color fill, Color edge) {
        int n = x.length;
        double[] around = new double[2 * n];
        double[] ends = new double[2 * n];
        for (int i = 0; i < n; i++) {
            around[i] = x[i];
            ends[i] = high[i];
            around[2 * n - 1 - i] = x[i];
            ends[2 * n - 1 - i] = low[i];
        }
        XYSeries series = chart.addSeries(name, around, ends);
        series.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea);
        series.setFillColor(fill);
        series.setLineColor(edge);
        series.setMarker(SeriesMarkers.NONE);
        series.setShowInLegend(false);
    }
}
