package mhc.model.inference;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import mhc.model.inference.ForwardPasses.KvCache;

/**
 * Token sequences as a radix tree: what several of them open with is one node, to be computed once. A node's keys and
 * values stay with the engine while a sequence under it is not finished.
 */
public final class PrefixTree {
    private final List<long[]> sequences;
    private final int block;
    private final int worthwhile;
    private final int longest;
    private final Integer[] sorted;

    /** Tokens {@code from} (inclusive) {@code to} (exclusive) of every sequence that runs through it. */
    public static final class Node implements AutoCloseable {
        private Node parent;
        private final long[] tokens;
        private final int from;
        private int to;
        private List<Node> children = new ArrayList<>();
        private List<Integer> ends = new ArrayList<>();
        private int pending;
        private int first = Integer.MAX_VALUE;
        private int rank;
        private Node origin = this;
        private KvCache kept;

        private Node(Node parent, long[] tokens, int from, int to) {
            this.parent = parent;
            this.tokens = tokens;
            this.from = from;
            this.to = to;
        }

        public int from() {
            return from;
        }

        public int to() {
            return to;
        }

        int length() {
            return to - from;
        }

        /** A sequence that runs through this node; its tokens from {@link #to()} on may be those of others. */
        public long[] tokens() {
            return tokens;
        }

        /** Sequences that end with this node's last token. */
        public List<Integer> ends() {
            return ends;
        }

        public boolean isLeaf() {
            return children.isEmpty();
        }

        /** The lowest index of the sequences that run through this node: the one that others reuse it from. */
        int first() {
            return first;
        }

        /** Sequences through this node that are not finished. */
        int pending() {
            return pending;
        }

        /** Nodes before this one in its sequences, the first one first. */
        List<Node> above() {
            Deque<Node> path = new ArrayDeque<>();
            for (Node node = parent; node != null && node.parent != null; node = node.parent) {
                path.addFirst(node);
            }
            return List.copyOf(path);
        }

        /** The node of the tree as it was built that this one was cut from, however often; itself when it never was. */
        Node origin() {
            return origin;
        }

        /** Its keys and values, or null. */
        KvCache kept() {
            return kept;
        }

        /** Keeps its keys and values until no sequence needs them. */
        public void keep(KvCache computed) {
            kept = computed;
        }

        /** One sequence that ends here is finished; returns the nodes that no other sequence needs: they are freed. */
        List<Node> finish() {
            List<Node> freed = new ArrayList<>();
            for (Node node = this; node != null; node = node.parent) {
                if (--node.pending == 0) {
                    node.close();
                    if (node.parent != null) {
                        freed.add(node);
                    }
                }
            }
            return freed;
        }

        /** Cuts this node after some of its tokens and returns the rest. */
        public Node cut(int length) {
            Node rest = new Node(this, tokens, from + length, to);
            rest.children = children;
            children.forEach(child -> child.parent = rest);
            rest.ends = ends;
            rest.pending = pending;
            rest.first = first;
            rest.rank = rank;
            rest.origin = origin;
            to = rest.from;
            children = new ArrayList<>(List.of(rest));
            ends = new ArrayList<>();
            return rest;
        }

        /**
         * A node for a sequence that ended here and has grown.
         *
         * @param anew whether it holds this node's tokens too, because they are not kept
         */
        Node continued(long[] grown, int sequence, boolean anew) {
            Node before = anew ? parent : this;
            Node next = new Node(before, grown, before.to, grown.length);
            next.ends.add(sequence);
            next.pending = 1;
            next.first = sequence;
            next.rank = before.rank;
            return next;
        }

        /** Index in the tree's order; nodes that continue this one have higher ones, up to the next that does not. */
        int rank() {
            return rank;
        }

        /** Frees the keys and values. */
        @Override
        public void close() {
            if (kept != null) {
                kept.close();
                kept = null;
            }
        }
    }

    private PrefixTree(List<long[]> sequences, int block, int worthwhile, int longest) {
        this.sequences = sequences;
        this.block = block;
        this.worthwhile = worthwhile;
        this.longest = longest;
        this.sorted = new Integer[sequences.size()];
        Arrays.setAll(sorted, i -> i);
        Arrays.sort(sorted, Comparator.comparing(sequences::get, Arrays::compare));
    }

    /**
     * The nodes of a tree, each after the one it continues and followed by all that continue it; longer ones first.
     *
     * @param sequences none of them empty
     * @param budget how long a node may be and what is worth sharing
     */
    public static Deque<Node> nodes(List<long[]> sequences, Budget budget) {
        PrefixTree tree = new PrefixTree(sequences, budget.block(), budget.worthwhile(), budget.longestNode());
        Node root = new Node(null, new long[0], 0, 0);
        if (budget.share()) {
            tree.grow(root, 0, 0, 0, sequences.size());
        } else {
            for (int i = 0; i < sequences.size(); i++) {
                tree.grow(root, 0, 0, i, i + 1);
            }
        }
        Deque<Node> nodes = new ArrayDeque<>();
        tree.list(root, nodes);
        nodes.removeFirst();
        return nodes;
    }

    /**
     * Adds the sequences from index low to one before high of the sorted ones, whose first {@code depth} tokens agree,
     * under a node.
     */
    private void grow(Node parent, int from, int depth, int low, int high) {
        int at = low;
        if (at < high && at(at).length == depth) {
            Node last = node(parent, at(at), from, depth);
            for (; at < high && at(at).length == depth; at++) {
                end(last, sorted[at]);
            }
        }
        while (at < high) {
            int next = at + 1;
            int step = block == 0 ? depth + 1 : Math.min(depth + block, at(at).length);
            while (next < high && agree(at(at), at(next), depth, step)) {
                next++;
            }
            int common = block == 0 ? common(at(at), at(next - 1), depth) : step;
            // Too little to be worth a node: each sequence computes it by itself.
            boolean apart = block == 0 && next - at > 1 && (long) (common - from) * (next - at - 1) < worthwhile;
            if (apart) {
                grow(parent, from, common, at, next);
            } else {
                grow(node(parent, at(at), from, common), common, common, at, next);
            }
            at = next;
        }
    }

    private boolean agree(long[] first, long[] second, int from, int to) {
        if (block > 0) {
            int end = Math.min(from + block, second.length);
            return end == to && Arrays.equals(first, from, to, second, from, to);
        }
        return first[from] == second[from];
    }

    private static int common(long[] first, long[] second, int from) {
        int least = Math.min(first.length, second.length);
        int differ = Arrays.mismatch(first, from, least, second, from, least);
        return differ < 0 ? least : from + differ;
    }

    private long[] at(int index) {
        return sequences.get(sorted[index]);
    }

    /** A node, or a chain of nodes none of which is too long, or for no tokens the parent itself; the last one. */
    private Node node(Node parent, long[] tokens, int from, int to) {
        Node last = parent;
        for (int at = from; at < to; at += longest) {
            Node next = new Node(last, tokens, at, Math.min(to, at + longest));
            last.children.add(next);
            last = next;
        }
        return last;
    }

    private static void end(Node node, int sequence) {
        node.ends.add(sequence);
        for (Node through = node; through != null; through = through.parent) {
            through.pending++;
            through.first = Math.min(through.first, sequence);
        }
    }

    private void list(Node node, Deque<Node> nodes) {
        node.rank = nodes.size();
        nodes.add(node);
        node.children.sort(Comparator.comparingInt(Node::length).reversed().thenComparingInt(Node::first));
        node.children.forEach(child -> list(child, nodes));
    }
}
