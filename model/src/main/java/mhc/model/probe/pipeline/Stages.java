package mhc.model.probe.pipeline;

import java.util.ArrayList;
import java.util.List;

/** How a model's layers are shared out between stages: side by side, the head behind the last. */
final class Stages {
    private Stages() {}

    /**
     * Layers of each stage, such that the longest stage is as short as it can be, the last having the head as well.
     *
     * @return one number for each rank, each at least 1
     */
    static List<Integer> layers(PipelinePlan plan) {
        KernelTimes times = new KernelTimes(plan.plain());
        double head = 3 * times.head();
        double layer = 3 * times.feedForward();
        for (Pass pass : Pass.values()) {
            layer += times.attention(pass);
        }
        int ranks = plan.step().ranks();
        int layers = plan.shape().layers();
        int last = 1;
        double shortest = Double.POSITIVE_INFINITY;
        for (int wanted = 1; wanted <= layers - (ranks - 1); wanted++) {
            int most = (layers - wanted + ranks - 2) / (ranks - 1);
            double longest = Math.max(most * layer, wanted * layer + head);
            if (longest < shortest) {
                shortest = longest;
                last = wanted;
            }
        }
        List<Integer> stages = new ArrayList<>();
        for (int stage = 0; stage < ranks - 1; stage++) {
            int rest = layers - last;
            stages.add(rest * (stage + 1) / (ranks - 1) - rest * stage / (ranks - 1));
        }
        stages.add(last);
        return stages;
    }
}
