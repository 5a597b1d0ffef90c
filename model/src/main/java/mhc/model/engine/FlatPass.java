package mhc.model.engine;

import java.util.List;
import java.util.stream.LongStream;
import mhc.model.inference.PrefixView;
import mhc.model.inference.Segment;

/**
 * Records of a pass as the lists of numbers in which they cross to TorchScript, where {@code flat_pass.py} reads them.
 */
final class FlatPass {
    private FlatPass() {}

    /** Three numbers each. */
    static long[] segments(List<Segment> segments) {
        return segments.stream()
                .flatMapToLong(segment -> LongStream.of(segment.firstToken(), segment.rows(), segment.length()))
                .toArray();
    }

    /** Six numbers each. */
    static long[] views(List<PrefixView> views) {
        return views.stream()
                .flatMapToLong(view -> LongStream.of(
                        view.source(),
                        view.firstKey(),
                        view.keys(),
                        view.firstPosition(),
                        view.firstQuery(),
                        view.queries()))
                .toArray();
    }
}
