package mhc.model.inference;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import mhc.eval.Answer;
import mhc.model.inference.ForwardPasses.Scores;
import mhc.model.inference.PrefixTree.Node;

/** Scores targets in sequences: each prefix that several share once, the head where targets are asked only. */
public final class SequenceScorer implements TreeReader.Questions<Scores> {
    private final ForwardPasses program;
    private final List<? extends Sequence> sequences;
    private final boolean wholeBlocks;
    private final TreeReader<Scores> reader;
    private final Map<Node, TreeMap<Integer, List<Asked>>> asked = new HashMap<>();
    private List<List<Asked>> order = List.of();

    /** Tokens fed to the model, and the targets that they predict. */
    public interface Sequence {
        long[] tokens();

        List<Targets> targets();

        /** Sequences with the same owner are parts of one request. */
        Object owner();

        /** Takes the score of one target token. */
        void add(int continuation, float logLikelihood, boolean mostLikely);

        /** All scores are there; the first {@code reused} tokens had been computed for another owner. */
        void finish(int reused);

        /** The sequence cannot be scored. */
        void fail(Answer.Failed failure);
    }

    /**
     * Tokens of a continuation within a sequence: target t is predicted at position {@code first + t}.
     *
     * @param continuation index that the scores come back with
     */
    public record Targets(int continuation, int first, long[] tokens) {}

    /** One target token. */
    private record Asked(Sequence sequence, int continuation, long token) {}

    private SequenceScorer(ForwardPasses program, Budget budget, WorkMeter meter, List<? extends Sequence> sequences) {
        this.program = program;
        this.sequences = sequences;
        this.wholeBlocks = budget.alone();
        Deque<Node> nodes =
                PrefixTree.nodes(sequences.stream().map(Sequence::tokens).toList(), budget);
        nodes.forEach(node -> node.ends().forEach(end -> assign(node, sequences.get(end))));
        this.reader = new TreeReader<>(program, budget, meter, nodes);
    }

    public static void run(ForwardPasses program, Budget budget, WorkMeter meter, List<? extends Sequence> sequences) {
        SequenceScorer scorer = new SequenceScorer(program, budget, meter, sequences);
        try (TreeReader<Scores> reader = scorer.reader) {
            while (!reader.isDone()) {
                reader.read(node -> true, scorer);
            }
        }
    }

    /** Notes a sequence's targets at the nodes that hold their positions. */
    private void assign(Node end, Sequence sequence) {
        List<Node> path = new ArrayList<>(end.above());
        path.add(end);
        for (Targets targets : sequence.targets()) {
            int at = 0;
            for (int t = 0; t < targets.tokens().length; t++) {
                int position = targets.first() + t;
                while (path.get(at).to() <= position) {
                    at++;
                }
                asked.computeIfAbsent(path.get(at), key -> new TreeMap<>())
                        .computeIfAbsent(position, key -> new ArrayList<>())
                        .add(new Asked(sequence, targets.continuation(), targets.tokens()[t]));
            }
        }
    }

    /** What is asked of a node; a piece of one that was cut has its share of what was asked of the whole. */
    private NavigableMap<Integer, List<Asked>> askedOf(Node node) {
        TreeMap<Integer, List<Asked>> noted = asked.get(node.origin());
        return noted == null ? Collections.emptyNavigableMap() : noted.subMap(node.from(), true, node.to(), false);
    }

    @Override
    public void ask(Pass pass) {
        Map<Node, Integer> ending = new HashMap<>();
        order = new ArrayList<>();
        for (int i = 0; i < pass.nodes().size(); i++) {
            Node node = pass.nodes().get(i);
            int ends = node.ends().size();
            ending.merge(node, ends, Integer::sum);
            node.above().forEach(above -> ending.merge(above, ends, Integer::sum));
            NavigableMap<Integer, List<Asked>> here = askedOf(node);
            List<Integer> positions = new ArrayList<>(here.keySet());
            for (int position : wholeBlocks ? Pass.wholeBlocks(node, positions) : positions) {
                List<Asked> together = here.getOrDefault(position, List.of());
                pass.ask(i, position, together.stream().mapToLong(Asked::token).toArray());
                order.add(together);
            }
        }
        for (Node node : pass.nodes()) {
            if (node.pending() > ending.get(node)) {
                pass.keep(node);
            }
        }
    }

    @Override
    public Scores run(Pass pass, int headBlock) {
        return program.score(pass, headBlock);
    }

    @Override
    public void take(Pass pass, Scores found) {
        int most = order.stream().mapToInt(List::size).max().orElse(0);
        for (int at = 0; at < order.size(); at++) {
            for (int k = 0; k < order.get(at).size(); k++) {
                Asked one = order.get(at).get(k);
                int index = at * most + k;
                one.sequence().add(one.continuation(), found.logLikelihoods()[index], found.greedy()[index]);
            }
        }
        for (Node node : pass.nodes()) {
            for (int end : node.ends()) {
                sequences.get(end).finish(reused(node, sequences.get(end)));
                node.finish();
            }
        }
    }

    private int reused(Node end, Sequence sequence) {
        if (sequences.get(end.first()).owner() != sequence.owner()) {
            return end.to();
        }
        int reused = 0;
        for (Node node : end.above()) {
            if (sequences.get(node.first()).owner() != sequence.owner()) {
                reused = node.to();
            }
        }
        return reused;
    }

    @Override
    public void giveUp(Node node) {
        for (int end : node.ends()) {
            sequences.get(end).fail(TreeReader.outOfMemory(node.to()));
            node.finish();
        }
    }
}
