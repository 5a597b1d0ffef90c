package mhc.jobs.cli;

import java.util.List;
import java.util.stream.Collectors;
import mhc.model.probe.pipeline.MemoryUse;
import mhc.model.probe.pipeline.MoeShape;
import mhc.model.probe.pipeline.Overhead;
import mhc.model.probe.pipeline.PipelinePlan;
import mhc.model.probe.pipeline.Timeline;

/** Simulated pipelines as lines of text. */
record PipelineTables(PlanTable.Line out) {
    private static final String HEADER = "  %-34s %9s %9s %9s %9s %8s %10s";
    private static final String COLUMNS = "  %-34s %9.2f %9s %9.0f %9s %7.1f%% %10.1f";

    /** One model: the plain residual, mHC, mHC without each extension, and what each rank has. */
    void print(PipelinePlan plan) {
        MoeShape shape = plan.shape();
        Timeline plain = Timeline.of(plan.plain());
        List<Overhead> overheads = Overhead.ofExtensions(plan);
        out.print(
                "%s: %.2f G parameters, %.2f G active; %d ranks with stages of %s layers; %d micro-batches of %d tokens",
                shape.name(),
                shape.parameters() * 1e-9,
                shape.activeParameters() * 1e-9,
                plan.step().ranks(),
                plain.stages().stream().map(String::valueOf).collect(Collectors.joining("+")),
                plan.step().microBatches(),
                plan.step().tokens());
        header("");
        out.print(
                COLUMNS,
                "plain residual",
                plain.pairSeconds() * 1e3,
                "",
                plain.seconds() * 1e3,
                "",
                plain.bubble() * 100,
                most(plain) * 1e-9);
        overheads.forEach(this::row);
        ranks(overheads.get(0).timeline());
    }

    /** What a model's overhead becomes where the assumptions are others. */
    void printAssumptions(PipelinePlan plan) {
        header("%s, n = %d, with other assumptions"
                .formatted(plan.shape().name(), plan.streams().count()));
        Overhead.ofAssumptions(plan).forEach(this::row);
        out.print("arXiv 2512.24880 reports +6.7%% at n = 4.");
    }

    private void header(String first) {
        out.print(HEADER, first, "pair ms", "more", "step ms", "more", "bubble", "memory GB");
    }

    private void row(Overhead overhead) {
        Timeline timeline = overhead.timeline();
        out.print(
                COLUMNS,
                overhead.what(),
                timeline.pairSeconds() * 1e3,
                "%+.1f%%".formatted(overhead.pair() * 100),
                timeline.seconds() * 1e3,
                "%+.1f%%".formatted(overhead.step() * 100),
                timeline.bubble() * 100,
                most(timeline) * 1e-9);
    }

    private static double most(Timeline timeline) {
        double most = 0;
        for (int rank = 0; rank < timeline.plan().step().ranks(); rank++) {
            most = Math.max(most, MemoryUse.of(timeline, rank).total());
        }
        return most;
    }

    private void ranks(Timeline timeline) {
        int ranks = timeline.plan().step().ranks();
        out.print(
                "  %-34s %9s %9s %9s %9s %8s %10s",
                "mHC as given", "layers", "weights", "optimiser", "kept", "bubble", "memory GB");
        for (int rank = 0; rank < ranks; rank++) {
            MemoryUse memory = MemoryUse.of(timeline, rank);
            List<Integer> stages = timeline.stages();
            out.print(
                    "  %-34s %9s %9.1f %9.1f %9.1f %7.1f%% %10.1f",
                    "rank " + rank,
                    stages.get(rank) + "+" + stages.get(ranks - 1 - rank),
                    memory.weights() * 1e-9,
                    memory.optimizer() * 1e-9,
                    memory.activations() * 1e-9,
                    timeline.bubble(rank) * 100,
                    memory.total() * 1e-9);
        }
    }
}
