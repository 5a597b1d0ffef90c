package mhc.jobs.config;

import java.util.ArrayList;
import java.util.List;
import mhc.datasets.InputException;
import mhc.model.probe.pipeline.Extensions;
import mhc.model.probe.pipeline.Machine;
import mhc.model.probe.pipeline.MoeShape;
import mhc.model.probe.pipeline.PipelinePlan;
import mhc.model.probe.pipeline.Step;
import mhc.model.probe.pipeline.Streams;

/** Reads {@link Settings} into plans of pipelines, one for each model; every problem is found before any is reported. */
public final class PipelineConfigReader {
    private static final double TERA = 1e12;
    private static final double GIGA = 1e9;

    private final Problems problems = new Problems();

    private PipelineConfigReader() {}

    /** @throws InputException listing every unknown key, wrong type, missing and contradictory value */
    public static List<PipelinePlan> read(Settings settings) {
        return new PipelineConfigReader().plans(settings);
    }

    private List<PipelinePlan> plans(Settings settings) {
        Section root = new Section(settings.root(), "", problems);
        Common common = common(root.section("architecture"));
        Machine machine = machine(root.section("gpu"), root.section("network"));
        Step step = step(root.section("step"));
        Streams streams = streams(root.section("residual"));
        Extensions extensions = extensions(root.section("extensions"));
        List<PipelinePlan> plans = new ArrayList<>();
        root.section("models").eachSection((name, model) -> {
            MoeShape shape = shape(name, model, common);
            int ranks = model.count("ranks", "an even number");
            model.refuseOthers();
            if (problems.isEmpty() && (ranks % 2 != 0 || ranks > shape.layers())) {
                problems.add(
                        "models.%s.ranks is %d: expected an even number of at most its %d layers",
                        name, ranks, shape.layers());
            }
            plans.add(new PipelinePlan(shape, machine, step.withRanks(ranks), streams, extensions));
        });
        if (plans.isEmpty()) {
            problems.add("models is missing or empty: give at least one, as conf/plan-27b.yaml does");
        }
        root.refuseOthers();
        problems.throwIfAny("The configuration");
        return plans;
    }

    /** What all models share. */
    private record Common(int active, int shared, int headWidth, int ropeWidth, int latentWidth, int vocabulary) {}

    private static Common common(Section section) {
        Common common = new Common(
                section.integer("active", 6, 1),
                section.integer("shared", 2, 0),
                section.integer("head-width", 128, 1),
                section.integer("rope-width", 64, 0),
                section.integer("latent-width", 512, 1),
                section.integer("vocabulary", 129_280, 1));
        section.refuseOthers();
        return common;
    }

    private static MoeShape shape(String name, Section model, Common common) {
        return new MoeShape(
                name,
                model.count("layers", "the number of layers"),
                model.count("hidden", "the width of the residual stream"),
                model.count("expert", "the inner width of one expert"),
                model.count("routed", "the number of experts to choose from"),
                common.active(),
                common.shared(),
                model.count("heads", "the number of attention heads"),
                common.headWidth(),
                common.ropeWidth(),
                common.latentWidth(),
                common.vocabulary());
    }

    /** For one rank: models say how many they have. */
    private static Step step(Section section) {
        Step step = new Step(
                1,
                section.integer("micro-batches-per-rank", 4, 2),
                section.integer("tokens", 4096, 1),
                section.positive("copies", 4),
                section.positive("dispatch-bytes", 2),
                section.positive("combine-bytes", 2),
                section.integer("expert-ranks", 8, 1),
                section.integer("optimizer-ranks", 16, 1));
        section.refuseOthers();
        return step;
    }

    private static Machine machine(Section gpu, Section network) {
        Machine machine = new Machine(
                gpu.positive("matmul-tflops", 989) * TERA,
                gpu.share("matmul-efficiency", 0.5),
                gpu.share("attention-efficiency", 0.45),
                gpu.positive("tf32-tflops", 495) * TERA,
                gpu.positive("memory-gigabytes-per-second", 3350) * GIGA,
                gpu.share("memory-efficiency", 0.85),
                network.positive("gigabytes-per-second", 45) * GIGA,
                network.share("multiprocessor-share", 0.15));
        gpu.refuseOthers();
        network.refuseOthers();
        return machine;
    }

    private static Streams streams(Section section) {
        Streams streams = new Streams(
                section.integer("streams", 4, 2),
                section.flag("recompute", true),
                section.flag("fused-gradient", false));
        section.refuseOthers();
        return streams;
    }

    private static Extensions extensions(Section section) {
        Extensions extensions = new Extensions(
                section.flag("priority-write", true),
                section.flag("yielding-attention", true),
                section.flag("decoupled-recompute", true));
        section.refuseOthers();
        return extensions;
    }
}
