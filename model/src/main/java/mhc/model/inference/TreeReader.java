package mhc.model.inference;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import mhc.eval.Answer;
import mhc.model.inference.ForwardPasses.Found;
import mhc.model.inference.PrefixTree.Node;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the nodes of a prefix tree in passes under a token budget, and less at once where memory does not suffice.
 * Closing it frees what a call that ends early leaves of its keys and values.
 */
final class TreeReader<F extends Found> implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TreeReader.class);

    private final ForwardPasses program;
    private final WorkMeter meter;
    private final Deque<Node> waiting;
    private final List<Node> kept = new ArrayList<>();
    private Budget budget;

    /** What is asked of a pass, and what becomes of the answers. */
    interface Questions<F extends Found> {
        /** Adds questions and nodes to keep; called again with fewer nodes when memory did not suffice. */
        void ask(Pass pass);

        /** Runs the pass, with so many positions at once through the head. */
        F run(Pass pass, int headBlock);

        /** Takes the answers. */
        void take(Pass pass, F found);

        /** Not even a short node can be read: its sequences cannot be answered. */
        void giveUp(Node node);
    }

    /** @param waiting in the tree's order */
    TreeReader(ForwardPasses program, Budget budget, WorkMeter meter, Deque<Node> waiting) {
        this.program = program;
        this.budget = budget;
        this.meter = meter;
        this.waiting = waiting;
    }

    static Answer.Failed outOfMemory(int tokens) {
        return new Answer.Failed(Answer.Cause.MEMORY, "The model ran out of memory at " + tokens + " tokens.");
    }

    boolean isDone() {
        return waiting.isEmpty();
    }

    Node next() {
        return waiting.peek();
    }

    /** Puts a node before all that wait. */
    void putFirst(Node node) {
        waiting.addFirst(node);
    }

    /** Reads the next nodes, as many as fit the budget and {@code admit} lets in, at least one. */
    void read(Predicate<Node> admit, Questions<F> questions) {
        List<Node> nodes = new ArrayList<>();
        int tokens = 0;
        while (!waiting.isEmpty()) {
            Node node = waiting.peek();
            boolean fits = !budget.alone() && tokens + node.length() <= budget.tokens() && admit.test(node);
            if (!nodes.isEmpty() && !fits) {
                break;
            }
            nodes.add(waiting.poll());
            tokens += node.length();
        }
        Pass pass = new Pass(nodes, budget.deterministic());
        questions.ask(pass);
        long start = program.clock();
        F found;
        try {
            found = questions.run(pass, budget.alone() ? Pass.headBlock() : Integer.MAX_VALUE);
        } catch (OutOfMemoryException e) {
            retreat(pass, questions);
            return;
        }
        for (int i = 0; i < pass.kept().size(); i++) {
            pass.kept().get(i).keep(found.kept().get(i));
        }
        kept.addAll(pass.kept());
        questions.take(pass, found);
        meter.prefilled(pass.tokens(), pass.asked().length, program.clock() - start);
    }

    /** Half as much at once from now on. */
    private void retreat(Pass pass, Questions<F> questions) {
        budget = budget.halved();
        log.info("Out of memory at a pass of {} tokens: {} at once from now on", pass.tokens(), budget.tokens());
        List<Node> nodes = pass.nodes();
        if (nodes.size() > 1) {
            for (int i = nodes.size() - 1; i >= 0; i--) {
                waiting.addFirst(nodes.get(i));
            }
            return;
        }
        Node node = nodes.get(0);
        if (node.length() > Budget.SHORTEST && !budget.deterministic()) {
            waiting.addFirst(node.cut(node.length() / 2));
            waiting.addFirst(node);
            return;
        }
        Deque<Node> below = new ArrayDeque<>(List.of(node));
        while (!waiting.isEmpty() && waiting.peek().above().contains(node)) {
            below.add(waiting.poll());
        }
        below.forEach(questions::giveUp);
    }

    @Override
    public void close() {
        kept.forEach(Node::close);
    }
}
