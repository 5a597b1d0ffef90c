package mhc.model;

import java.util.Arrays;
import mhc.model.TorchProgram.Entries;
import mhc.model.TorchProgram.Prefixes;

/** The opening that a family shares, computed once; of length 0 when nothing is shared. */
final class Root implements AutoCloseable {
    private final Entries entries;
    private final int length;

    private Root(Entries entries, int length) {
        this.entries = entries;
        this.length = length;
    }

    /** Computes the first {@code length} of some tokens. */
    static Root of(TorchProgram program, long[] tokens, int length) {
        if (length == 0) {
            return new Root(Entries.NONE, 0);
        }
        long[][] row = {Arrays.copyOf(tokens, length)};
        return new Root(program.prefill(row, new int[] {length}, Prefixes.NONE).entries(), length);
    }

    int length() {
        return length;
    }

    Prefixes prefixes() {
        return Prefixes.one(entries, length);
    }

    @Override
    public void close() {
        entries.close();
    }
}
