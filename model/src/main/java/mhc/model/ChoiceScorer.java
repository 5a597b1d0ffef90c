package mhc.model;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import mhc.model.ChoiceJob.Input;
import mhc.model.SharedPrefixes.Family;
import mhc.model.TorchProgram.Entries;
import mhc.model.TorchProgram.Prefilled;
import mhc.model.TorchProgram.Prefixes;

/** Scores choices in batches: exemplars once per family, a context once per request, then the options. */
final class ChoiceScorer {
    private final TorchProgram program;
    private final Budget budget;

    /** Told about each job when its last input is scored. */
    @FunctionalInterface
    interface Done {
        void accept(ChoiceJob job, int reusedTokens);
    }

    ChoiceScorer(TorchProgram program, Budget budget) {
        this.program = program;
        this.budget = budget;
    }

    void run(List<ChoiceJob> jobs, Done done) {
        for (Family<ChoiceJob> family : budget.families(jobs, ChoiceJob::opening, ChoiceJob::shared)) {
            try (Root root = Root.of(program, family.members().get(0).opening(), family.length())) {
                Done counted = (job, reused) ->
                        done.accept(job, job == family.members().get(0) ? 0 : family.length());
                runFamily(family.members(), root, counted);
            }
        }
    }

    private void runFamily(List<ChoiceJob> jobs, Root root, Done done) {
        List<ChoiceJob> branching = new ArrayList<>();
        List<Input> straight = new ArrayList<>();
        for (ChoiceJob job : jobs) {
            boolean worthwhile = job.shared() - root.length() >= SharedPrefixes.WORTHWHILE;
            if (budget.share() && worthwhile && job.inputs().size() > 1) {
                branching.add(job);
            } else {
                straight.addAll(job.inputs());
            }
        }
        for (List<Input> batch :
                budget.batches(straight, input -> input.tokens().length - root.length(), root.length())) {
            score(batch, root.prefixes(), filled(batch.size(), root.length()), done);
        }
        for (List<ChoiceJob> batch : budget.batches(branching, job -> job.shared() - root.length(), root.length())) {
            runBranches(batch, root, done);
        }
    }

    /** Computes the contexts of some jobs together, then their options. */
    private void runBranches(List<ChoiceJob> jobs, Root root, Done done) {
        int[] lengths = jobs.stream().mapToInt(ChoiceJob::shared).toArray();
        int longest = lengths[0];
        long[][] ids = Batches.rows(
                jobs.stream().map(ChoiceJob::opening).toList(), filled(lengths.length, root.length()), lengths);
        int[] own = lengths.clone();
        for (int i = 0; i < own.length; i++) {
            own[i] -= root.length();
        }
        Prefilled contexts = program.prefill(ids, own, root.prefixes());
        try (Entries fresh = contexts.entries();
                Entries whole = program.pack(root.prefixes(), fresh, longest)) {
            List<Branch> branches = new ArrayList<>();
            for (int i = 0; i < jobs.size(); i++) {
                for (Input input : jobs.get(i).inputs()) {
                    branches.add(new Branch(input, i, lengths[i]));
                }
            }
            for (List<Branch> batch : budget.batches(branches, Branch::length, longest)) {
                Prefixes prefixes = new Prefixes(
                        whole, lengths, batch.stream().mapToInt(Branch::family).toArray());
                score(
                        batch.stream().map(Branch::input).toList(),
                        prefixes,
                        batch.stream().mapToInt(Branch::from).toArray(),
                        done);
            }
        }
    }

    /** An input that continues the {@code family}-th context from token {@code from} on. */
    private record Branch(Input input, int family, int from) {
        int length() {
            return input.tokens().length - from;
        }
    }

    private void score(List<Input> inputs, Prefixes prefixes, int[] from, Done done) {
        int[] to = inputs.stream().mapToInt(input -> input.tokens().length).toArray();
        long[][] ids = Batches.rows(inputs.stream().map(Input::tokens).toList(), from, to);

        // By flattened position: the targets asked for there, in the order of inputs and continuations.
        TreeMap<Integer, List<Asked>> asked = new TreeMap<>();
        for (int row = 0; row < inputs.size(); row++) {
            for (ChoiceJob.Targets targets : inputs.get(row).targets()) {
                for (int t = 0; t < targets.tokens().length; t++) {
                    int position = row * ids[0].length + targets.first() + t - from[row];
                    asked.computeIfAbsent(position, key -> new ArrayList<>())
                            .add(new Asked(inputs.get(row).job(), targets.continuation(), targets.tokens()[t]));
                }
            }
        }
        int[] positions = asked.keySet().stream().mapToInt(Integer::intValue).toArray();
        int most = asked.values().stream().mapToInt(List::size).max().orElseThrow();
        long[][] tokens = new long[positions.length][most];
        int at = 0;
        for (List<Asked> together : asked.values()) {
            for (int k = 0; k < together.size(); k++) {
                tokens[at][k] = together.get(k).token();
            }
            at++;
        }
        TorchProgram.Scored scored = program.score(ids, prefixes, positions, tokens);
        at = 0;
        for (List<Asked> together : asked.values()) {
            for (int k = 0; k < together.size(); k++) {
                Asked one = together.get(k);
                one.job().add(one.continuation(), scored.logLikelihood()[at + k], scored.greedy()[at + k]);
            }
            at += most;
        }
        for (Input input : inputs) {
            if (input.job().finishInput()) {
                done.accept(input.job(), 0);
            }
        }
    }

    /** One target token of one continuation. */
    private record Asked(ChoiceJob job, int continuation, long token) {}

    private static int[] filled(int size, int value) {
        int[] values = new int[size];
        java.util.Arrays.fill(values, value);
        return values;
    }
}
