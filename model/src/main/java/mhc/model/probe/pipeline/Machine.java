package mhc.model.probe.pipeline;

/**
 * What a GPU and its network do, and how much of that kernels reach.
 *
 * @param matmulFlops peak of dense bfloat16 products, in FLOP/s
 * @param matmulEfficiency part of it that products reach, those of the experts above all
 * @param attentionEfficiency part of it that the core of causal attention reaches
 * @param tf32Flops peak of the products that make coefficients from streams, in FLOP/s
 * @param memoryBytes peak of memory, in bytes/s
 * @param memoryEfficiency part of it that kernels reach which do little but move numbers
 * @param networkBytes what one GPU sends to those of other nodes, in bytes/s
 * @param communicationShare part of the multiprocessors that communication holds; products have the others
 */
public record Machine(
        double matmulFlops,
        double matmulEfficiency,
        double attentionEfficiency,
        double tf32Flops,
        double memoryBytes,
        double memoryEfficiency,
        double networkBytes,
        double communicationShare) {

    /** A machine whose products, attention's among them, memory and network are faster by these factors. */
    Machine scaled(double products, double memory, double network) {
        return new Machine(
                matmulFlops * products,
                matmulEfficiency,
                attentionEfficiency,
                tf32Flops * products,
                memoryBytes * memory,
                memoryEfficiency,
                networkBytes * network,
                communicationShare);
    }

    double matmulSeconds(double flops) {
        return flops / (matmulFlops * matmulEfficiency * (1 - communicationShare));
    }

    double attentionSeconds(double flops) {
        return flops / (matmulFlops * attentionEfficiency * (1 - communicationShare));
    }

    double tf32Seconds(double flops) {
        return flops / (tf32Flops * matmulEfficiency * (1 - communicationShare));
    }

    double memorySeconds(double bytes) {
        return bytes / (memoryBytes * memoryEfficiency);
    }

    double networkSeconds(double bytes) {
        return bytes / networkBytes;
    }
}
