package mhc.model.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mhc.model.inference.ForwardPasses.Prefixes;
import mhc.model.inference.PrefixTree.Node;

/** One forward pass over some nodes of a prefix tree, side by side without padding, and what is asked of it. */
public final class Pass {
    /** Positions per application of the head where their company matters: always the same ones together. */
    private static final int HEAD_BLOCK = 16;

    private final List<Node> nodes;
    private final boolean apart;
    private final int[] starts;
    private final int tokens;
    private final List<Node> kept = new ArrayList<>();
    private final List<Integer> asked = new ArrayList<>();
    private final List<long[]> targets = new ArrayList<>();

    /** @param nodes in the tree's order */
    public Pass(List<Node> nodes) {
        this(nodes, false);
    }

    /** @param apart whether the queries of each node attend by themselves to what is above it, and not with other nodes' */
    Pass(List<Node> nodes, boolean apart) {
        this.nodes = List.copyOf(nodes);
        this.apart = apart;
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

    /**
     * Asks what follows a position (counted in the sequence) of the i-th node: its targets, where they are to be
     * scored.
     */
    public void ask(int i, int position, long... wanted) {
        asked.add(starts[i] + position - nodes.get(i).from());
        targets.add(wanted);
    }

    /**
     * Completes the blocks of positions that are asked of the i-th node, so that the head is applied in the same shapes
     * whoever asks; only for a pass of one node, before {@code ask}. The answers at positions in between are not read.
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

    /** The tokens as rows that attend to themselves; neighbours of equal length are rows of one segment. */
    public List<Segment> segments() {
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < starts.length; ) {
            int next = i + 1;
            while (next < starts.length
                    && nodes.get(next).length() == nodes.get(i).length()) {
                next++;
            }
            segments.add(new Segment(starts[i], next - i, nodes.get(i).length()));
            i = next;
        }
        return segments;
    }

    /** The nodes that others of this pass continue, in it or from before. */
    public Prefixes prefixes() {
        Queries queries = new Queries();
        Map<Node, Integer> here = new HashMap<>();
        for (int i = 0; i < starts.length; i++) {
            here.put(nodes.get(i), starts[i]);
            for (Node node : nodes.get(i).above()) {
                queries.add(node, apart ? i : 0, starts[i], nodes.get(i).length());
            }
        }
        return queries.prefixes(here, new int[0]);
    }

    /** The queries under each node: all of a node's, or of a group of them, stand side by side. */
    static final class Queries {
        private final Map<Under, int[]> ranges = new LinkedHashMap<>();

        private record Under(Node node, int group) {}

        /** Some more queries of a group attend to a node. */
        void add(Node node, int group, int first, int count) {
            ranges.computeIfAbsent(new Under(node, group), key -> new int[] {first, 0})[1] = first + count;
        }

        /**
         * What these queries attend to.
         *
         * @param here first tokens of the nodes that the pass itself computes
         */
        Prefixes prefixes(Map<Node, Integer> here, int[] order) {
            List<PrefixView> views = new ArrayList<>();
            Map<Node, Integer> sources = new LinkedHashMap<>();
            ranges.forEach((under, range) -> {
                Node node = under.node();
                Integer start = here.get(node);
                int source =
                        start != null ? PrefixView.THIS_PASS : sources.computeIfAbsent(node, key -> sources.size());
                views.add(new PrefixView(
                        source, start == null ? 0 : start, node.length(), node.from(), range[0], range[1] - range[0]));
            });
            return new Prefixes(views, sources.keySet().stream().map(Node::kept).toList(), order);
        }
    }

    /** The nodes to keep, one row each. */
    public List<Segment> keptSegments() {
        return kept.stream()
                .map(node -> new Segment(starts[nodes.indexOf(node)], 1, node.length()))
                .toList();
    }

    public int[] asked() {
        return asked.stream().mapToInt(Integer::intValue).toArray();
    }

    /** [asked, most targets of one], missing ones 0. */
    public long[][] targets() {
        int most = targets.stream().mapToInt(wanted -> wanted.length).max().orElse(0);
        return targets.stream().map(wanted -> Arrays.copyOf(wanted, most)).toArray(long[][]::new);
    }
}
