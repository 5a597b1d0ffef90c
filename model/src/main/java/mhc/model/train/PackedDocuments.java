package mhc.model.train;

import java.util.Arrays;
import java.util.function.LongFunction;

/**
 * Documents one behind the other, an end-of-text token after each, cut into rows of equal length. Nothing is left out
 * and nothing depends on anything but the documents and how many rows were taken.
 */
final class PackedDocuments {
    private final LongFunction<long[]> documents;
    private final long endOfText;
    private Position next;
    private long[] current = new long[0];
    private long loaded = -1;

    /**
     * Where the next row begins.
     *
     * @param document index
     * @param token of it
     */
    record Position(long document, int token) {}

    /** @param documents tokens by index, without end of text */
    PackedDocuments(LongFunction<long[]> documents, long endOfText, Position start) {
        this.documents = documents;
        this.endOfText = endOfText;
        this.next = start;
    }

    Position position() {
        return next;
    }

    /** The next rows, [count][length]. */
    long[][] rows(int count, int length) {
        long[][] rows = new long[count][length];
        for (long[] row : rows) {
            int filled = 0;
            while (filled < length) {
                load(next.document());
                int taken = Math.min(length - filled, current.length - next.token());
                System.arraycopy(current, next.token(), row, filled, taken);
                filled += taken;
                next = next.token() + taken == current.length
                        ? new Position(next.document() + 1, 0)
                        : new Position(next.document(), next.token() + taken);
            }
        }
        return rows;
    }

    private void load(long index) {
        if (loaded != index) {
            long[] tokens = documents.apply(index);
            current = Arrays.copyOf(tokens, tokens.length + 1);
            current[tokens.length] = endOfText;
            loaded = index;
        }
    }
}
