package mhc.model.probe.pipeline;

/** The paper's largest model on the machine of {@code conf/plan-27b.yaml}. */
final class Plans {
    static final Machine MACHINE = new Machine(989e12, 0.5, 0.45, 495e12, 3350e9, 0.85, 45e9, 0.15);
    static final Step STEP = new Step(8, 4, 4096, 4, 2, 2, 8, 16);
    static final PipelinePlan LARGE = new PipelinePlan(
            shape("27B", 30, 2560, 1536, 72, 32), MACHINE, STEP, new Streams(4, true, false), Extensions.ALL);

    private Plans() {}

    /** One of Table 5's shapes. */
    static MoeShape shape(String name, int layers, int hidden, int expert, int routed, int heads) {
        return new MoeShape(name, layers, hidden, expert, routed, 6, 2, heads, 128, 64, 512, 129_280);
    }
}
