package mhc.model.decoder;

import java.util.List;
import java.util.Optional;

/**
 * Training code whose checkpoints with hyper-connections are public and have a configuration of another kind. It is
 * told by fields that only its configurations have together, and refused by name: which tensors hold its connections,
 * in which order, and which arithmetic they belong to, is not fixed by any document.
 */
enum ForeignCode {
    /** GPT-2's shape: learned positions, layer norms with means and GELU, which no family here has. */
    NANOGPT(
            "nanoGPT",
            List.of("n_layer", "n_head", "n_embd", "block_size"),
            "its decoder (learned positions, LayerNorm, GELU) is none of the families here, and code derived from it orders"
                    + " its hyper-connections in ways that no document fixes: evaluate it with the code that trained it"),

    /** A decoder of the families here, under names of its own. */
    OLMO_CORE(
            "OLMo-core",
            List.of("d_model", "n_layers", "block"),
            "how its hyper-connections are named, ordered and constrained is not documented: write its weights under the"
                    + " names of a family in docs/checkpoints.md, with a config.json that has architectures, residual and"
                    + " hc_mult, once that is known from the code that trained it");

    private final String code;
    private final List<String> fields;
    private final String remedy;

    ForeignCode(String code, List<String> fields, String remedy) {
        this.code = code;
        this.fields = fields;
        this.remedy = remedy;
    }

    /** Why a configuration without {@code architectures} cannot be read, if it is one of these. */
    static Optional<String> refusal(JsonFields config) {
        // OLMo-core writes the model's configuration inside that of the experiment.
        JsonFields model = config.node("model").isObject() ? config.group("model") : config;
        for (ForeignCode known : values()) {
            if (known.fields.stream().noneMatch(model::absent)) {
                return Optional.of("this is a configuration of " + known.code + " (" + String.join(", ", known.fields)
                        + "), and " + known.remedy);
            }
        }
        return Optional.empty();
    }
}
