package mhc.reports;

import java.util.List;
import java.util.Map;
import mhc.eval.PredictionColumn;

/** A row of a predictions file: the columns that were asked for, as Java values. */
public final class PredictionRow {
    private final PredictionPart part;
    private final Object[] values = new Object[PredictionColumn.values().length];

    PredictionRow(PredictionPart part) {
        this.part = part;
    }

    void set(PredictionColumn column, Object value) {
        values[column.ordinal()] = value;
    }

    /** The file that it stands in. */
    public PredictionPart part() {
        return part;
    }

    /** Whether a column is null in this row, as no run writes it, or was not asked for. */
    boolean lacks(PredictionColumn column) {
        return values[column.ordinal()] == null;
    }

    /** The column's value: of the element's Java class, or a List of these, or a Map from String to these. */
    public Object value(PredictionColumn column) {
        return values[column.ordinal()];
    }

    public String text(PredictionColumn column) {
        return (String) value(column);
    }

    public int integer(PredictionColumn column) {
        return (int) value(column);
    }

    public double number(PredictionColumn column) {
        return (double) value(column);
    }

    public boolean truth(PredictionColumn column) {
        return (boolean) value(column);
    }

    @SuppressWarnings("unchecked") // the column's shape says what its list holds
    public <T> List<T> list(PredictionColumn column) {
        return (List<T>) value(column);
    }

    /** In the order of the names. */
    @SuppressWarnings("unchecked") // the column's shape says what its map holds
    public <T> Map<String, T> map(PredictionColumn column) {
        return (Map<String, T>) value(column);
    }
}
