package mhc.model;

/**
 * What is loaded.
 *
 * @param architecture as in {@code config.json}, such as {@code LlamaForCausalLM}
 * @param residual {@code none}, {@code hc} or {@code mhc}
 * @param parameters elements of all weight tensors, tied ones counted once
 * @param dtype compute type: {@code float32} or {@code bfloat16}
 * @param device {@code cpu} or {@code cuda:N}; several with plus signs between
 * @param kernels path taken: {@code none} (plain residual), {@code reference}, {@code fused} or {@code fused-apply}
 * @param maxLength most tokens of context and answer together
 * @param vocabulary rows of the embedding
 */
public record ModelInfo(
        String architecture,
        String residual,
        long parameters,
        String dtype,
        String device,
        String kernels,
        int maxLength,
        int vocabulary) {}
