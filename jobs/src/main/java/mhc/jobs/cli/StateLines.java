package mhc.jobs.cli;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import mhc.model.decoder.LayerState;

/** What a sequence leaves in the cache: of all layers, and a line for each kind of them. */
final class StateLines {
    private StateLines() {}

    /** @param column at which values stand */
    static void print(int column, double perToken, long fixed, List<LayerState> state, Consumer<String> out) {
        out.accept(padded("KV bytes per token", column) + bytes(perToken));
        if (fixed > 0) {
            out.accept(padded("  and of a sequence", column) + bytes(fixed));
        }
        for (LayerState kind : state) {
            String more = kind.fixedBytes() > 0 ? " and " + bytes(kind.fixedBytes()) + " of a sequence" : "";
            out.accept("  of each of " + kind.layers() + " layers  " + bytes(kind.bytesPerToken()) + more + " ("
                    + kind.kind() + ")");
        }
    }

    private static String padded(String label, int column) {
        return label + " ".repeat(column - label.length());
    }

    private static String bytes(double bytes) {
        return String.format(Locale.ROOT, bytes == Math.rint(bytes) ? "%,.0f" : "%,.2f", bytes);
    }
}
