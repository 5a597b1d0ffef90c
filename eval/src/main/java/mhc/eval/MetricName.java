package mhc.eval;

import java.io.Serializable;
import java.util.Objects;

/**
 * A metric under a filter, such as {@code exact_match} under {@code strict-match}.
 *
 * @param metric {@code exact_match}, {@code f1}, {@code acc}, {@code acc_norm}, ...
 * @param filter how the answer was extracted; {@code none} when it was taken as it stands
 */
public record MetricName(String metric, String filter) implements Comparable<MetricName>, Serializable {
    private static final long serialVersionUID = 1L;

    public static final String NO_FILTER = "none";

    private static final char OFFSET = '@';

    public MetricName {
        Objects.requireNonNull(metric, "metric is null");
        Objects.requireNonNull(filter, "filter is null");
    }

    public static MetricName of(String metric) {
        return new MetricName(metric, NO_FILTER);
    }

    /** {@code metric}, or {@code metric,filter} where there is a filter: the key in a prediction's {@code metrics} map. */
    public String key() {
        return filter.equals(NO_FILTER) ? metric : metric + "," + filter;
    }

    /** The same metric of prompts that stand so many tokens further from the beginning of their sequences. */
    public MetricName atOffset(int tokens) {
        return new MetricName(metric + OFFSET + tokens, filter);
    }

    public boolean isOfOffset() {
        return metric.indexOf(OFFSET) > 0;
    }

    /** The tokens of {@link #atOffset}; 0 where there are none. */
    public int offset() {
        return isOfOffset() ? Integer.parseInt(metric.substring(metric.indexOf(OFFSET) + 1)) : 0;
    }

    public MetricName withoutOffset() {
        return isOfOffset() ? new MetricName(metric.substring(0, metric.indexOf(OFFSET)), filter) : this;
    }

    /** The inverse of {@link #key()}. */
    public static MetricName parse(String key) {
        int comma = key.indexOf(',');
        return comma < 0 ? of(key) : new MetricName(key.substring(0, comma), key.substring(comma + 1));
    }

    @Override
    public int compareTo(MetricName other) {
        return key().compareTo(other.key());
    }
}
