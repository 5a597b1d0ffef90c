package mhc.jobs.cli;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import mhc.model.decoder.LayerState;

/** What a token leaves in the cache, a line for each kind of layer. */
final class StateLines {
    private StateLines() {}

    static void print(List<LayerState> state, Consumer<String> out) {
        state.forEach(kind -> out.accept(String.format(
                Locale.ROOT, "  of each of %d layers  %,d (%s)", kind.layers(), kind.bytesPerToken(), kind.kind())));
    }
}
