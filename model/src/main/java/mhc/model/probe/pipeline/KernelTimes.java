package mhc.model.probe.pipeline;

/**
 * Seconds of each kernel of one layer for one micro-batch of T tokens: the larger of what its products and its traffic
 * take.
 *
 * <p>Streams are bfloat16. In numbers of width C that a kernel moves per token, n being the streams:
 *
 * <ul>
 *   <li>read (coefficients, weighted read, norm): n, then n + 1, then 2; the plain norm 2
 *   <li>write (H_post F + H_res x): 2n + 1; the plain merge 3
 *   <li>gradient of a write: reads the new streams' gradient, streams and output, writes both gradients: 3n + 2; plain
 *       0
 *   <li>gradient of a read: the weighted read (1 for its output's gradient) and the coefficients each read the streams
 *       and add to their gradient, 3n, or both do so in one kernel; the norm 3; plain 4
 * </ul>
 */
final class KernelTimes {
    private static final int BYTES = 2;

    /** Attention's backward pass computes scores again and has four more products where forward has two. */
    private static final double CORE_BACKWARD = 2.5;

    private final MoeShape shape;
    private final Machine machine;
    private final Step step;
    private final Streams streams;
    private final int n;

    KernelTimes(PipelinePlan plan) {
        this.shape = plan.shape();
        this.machine = plan.machine();
        this.step = plan.step();
        this.streams = plan.streams();
        this.n = streams.count();
    }

    /** From the streams to a sublayer's input. */
    double read(Pass pass) {
        if (streams.plain()) {
            return moved(pass == Pass.FORWARD ? 2 : 4);
        }
        double products = machine.tf32Seconds(2.0 * step.tokens() * (2 + n) * n * n * shape.hidden());
        if (pass == Pass.FORWARD) {
            return Math.max(moved(n), products) + moved(n + 1) + moved(2);
        }
        return streams.fusedGradient()
                ? Math.max(moved(3 * n + 1), 2 * products) + moved(3)
                : Math.max(moved(3 * n), 2 * products) + moved(3 * n + 1) + moved(3);
    }

    /** From a sublayer's output to the streams. */
    double write(Pass pass) {
        if (streams.plain()) {
            return moved(pass == Pass.FORWARD ? 3 : 0);
        }
        return moved(pass == Pass.FORWARD ? 2 * n + 1 : 3 * n + 2);
    }

    /** Of a stage's streams from its input, so far as its backward pass needs them: all but the last write. */
    double recompute(int layers) {
        int sites = 2 * layers;
        return !streams.recomputed() ? 0 : sites * read(Pass.FORWARD) + (sites - 1) * write(Pass.FORWARD);
    }

    double attention(Pass pass) {
        double projections = machine.matmulSeconds(2.0 * step.tokens() * shape.attentionWeights());
        // Scores and their product with the values, half of them hidden from their query.
        double widths = 2.0 * shape.headWidth() + shape.ropeWidth();
        double core = machine.attentionSeconds((double) step.tokens() * step.tokens() * shape.heads() * widths);
        return switch (pass) {
            case FORWARD -> projections + core;
            case BACKWARD -> projections + CORE_BACKWARD * core;
            case WEIGHTS -> projections;
        };
    }

    /** The same for each pass. */
    double feedForward() {
        return machine.matmulSeconds(2.0 * step.tokens() * shape.feedForwardWeights());
    }

    /** Logits; the same for each pass. */
    double head() {
        return machine.matmulSeconds(2.0 * step.tokens() * shape.headWeights());
    }

    /** Tokens to their experts; backward, the gradients of the experts' answers. */
    double dispatch(Pass pass) {
        double bytes = pass == Pass.FORWARD ? step.dispatchBytes() : step.combineBytes();
        return machine.networkSeconds(step.tokens() * step.copies() * bytes * shape.hidden());
    }

    /** The experts' answers back; backward, the gradients of their inputs. */
    double combine() {
        return machine.networkSeconds(step.tokens() * step.copies() * step.combineBytes() * shape.hidden());
    }

    /** The streams, or their gradients, to the next stage. */
    double send() {
        return machine.networkSeconds((double) step.tokens() * n * shape.hidden() * BYTES);
    }

    /** Of {@code numbers} of width C per token. */
    private double moved(double numbers) {
        return machine.memorySeconds(step.tokens() * numbers * shape.hidden() * BYTES);
    }
}
