package mhc.model.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mhc.model.inference.ForwardPasses.Entries;
import mhc.model.inference.PrefixTree.Node;

/** One forward pass over some nodes of a prefix tree, side by side without padding, and what is asked of it. */
public final class Pass {
    /** Positions per application of the head in deterministic mode: always the same ones together. */
    private static final int HEAD_BLOCK = 16;

    private final List<Node> nodes;
    private final int[] starts;
    private final int tokens;
    private final List<Node> kept = new ArrayList<>();
    private final List<Integer> asked = new ArrayList<>();
    private final List<long[]> targets = new ArrayList<>();

    /** @param nodes in the tree's order */
    public Pass(List<Node> nodes) {
        this.nodes = List.copyOf(nodes);
        this.starts = new int[nodes.size()];
        int at = 0;
        for (int i = 0; i < starts.length; i++) {
            starts[i] = at;
            at += nodes.get(i).length();
        }
        this.tokens = at;
    }

    public int tokens() {
        return tokens;
    }

    List<Node> nodes() {
        return nodes;
    }

    /** Keeps the keys and values of a node of this pass. */
    public void keep(Node node) {
        kept.add(node);
    }

    List<Node> kept() {
        return kept;
    }

    /** Asks what follows a position (counted in the sequence) of the i-th node; no targets ask for the likeliest token. */
    public void ask(int i, int position, long[] wanted) {
        asked.add(starts[i] + position - nodes.get(i).from());
        targets.add(wanted);
    }

    /**
     * Completes the blocks of positions that are asked of the i-th node, so that the head is applied in the same shapes
     * whoever asks; only for a pass of one node, before {@code ask}. The answers at positions in between are not looked at.
     *
     * @param positions in the sequence, ascending
     * @return positions to ask, ascending
     */
    static List<Integer> wholeBlocks(Node node, List<Integer> positions) {
        List<Integer> whole = new ArrayList<>();
        int next = node.from();
        for (int position : positions) {
            int block = node.from() + (position - node.from()) / HEAD_BLOCK * HEAD_BLOCK;
            if (block >= next) {
                next = Math.min(block + HEAD_BLOCK, node.to());
                for (int p = block; p < next; p++) {
                    whole.add(p);
                }
            }
        }
        return whole;
    }

    static int headBlock() {
        return HEAD_BLOCK;
    }

    public long[] ids() {
        long[] ids = new long[tokens];
        for (int i = 0; i < starts.length; i++) {
            Node node = nodes.get(i);
            System.arraycopy(node.tokens(), node.from(), ids, starts[i], node.length());
        }
        return ids;
    }

    public long[] positions() {
        long[] positions = new long[tokens];
        for (int i = 0; i < starts.length; i++) {
            for (int k = 0; k < nodes.get(i).length(); k++) {
                positions[starts[i] + k] = nodes.get(i).from() + k;
            }
        }
        return positions;
    }

    /** Triples of first token, rows and length; neighbours of equal length run as rows of one call. */
    public long[] own() {
        List<Long> own = new ArrayList<>();
        for (int i = 0; i < starts.length; ) {
            int next = i + 1;
            while (next < starts.length
                    && nodes.get(next).length() == nodes.get(i).length()) {
                next++;
            }
            own.addAll(List.of(
                    (long) starts[i], (long) next - i, (long) nodes.get(i).length()));
            i = next;
        }
        return flat(own);
    }

    /**
     * Sextuples of source, first key, keys, position of the first key, first query and queries; {@code past} receives the
     * sources from before.
     */
    public long[] above(List<Entries> past) {
        Map<Node, long[]> queries = new LinkedHashMap<>();
        Map<Node, Integer> here = new HashMap<>();
        for (int i = 0; i < starts.length; i++) {
            here.put(nodes.get(i), starts[i]);
            long end = starts[i] + nodes.get(i).length();
            for (Node node : nodes.get(i).above()) {
                long start = starts[i];
                queries.computeIfAbsent(node, key -> new long[] {start, 0})[1] = end;
            }
        }
        return flat(sextuples(queries, here, past));
    }

    /**
     * Sources from before are counted from 1.
     *
     * @param queries per node the first query and the one after the last
     */
    static List<Long> sextuples(Map<Node, long[]> queries, Map<Node, Integer> here, List<Entries> past) {
        List<Long> above = new ArrayList<>();
        queries.forEach((node, range) -> {
            Integer start = here.get(node);
            long source = -1;
            if (start == null) {
                past.add(node.entries());
                source = past.size();
            }
            above.addAll(List.of(
                    source,
                    start == null ? 0L : start,
                    (long) node.length(),
                    (long) node.from(),
                    range[0],
                    range[1] - range[0]));
        });
        return above;
    }

    /** Triples as {@link #own()} of the nodes to keep. */
    public long[] keptRanges() {
        long[] ranges = new long[3 * kept.size()];
        for (int i = 0; i < kept.size(); i++) {
            ranges[3 * i] = starts[nodes.indexOf(kept.get(i))];
            ranges[3 * i + 1] = 1;
            ranges[3 * i + 2] = kept.get(i).length();
        }
        return ranges;
    }

    public int[] asked() {
        return asked.stream().mapToInt(Integer::intValue).toArray();
    }

    /** [asked, most targets of one], missing ones 0. */
    public long[][] targets() {
        int most = targets.stream().mapToInt(wanted -> wanted.length).max().orElse(0);
        return targets.stream().map(wanted -> Arrays.copyOf(wanted, most)).toArray(long[][]::new);
    }

    static long[] flat(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).toArray();
    }
}
