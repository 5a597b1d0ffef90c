package mhc.model.decoder;

/** What a feed-forward's gate passes on, by its name in {@code config.json}. */
public enum Activation {
    SILU("silu", "silu.py"),
    /** GELU by its approximation with the hyperbolic tangent. */
    GELU_TANH("gelu_pytorch_tanh", "gelu_tanh.py");

    private final String published;
    private final String file;

    Activation(String published, String file) {
        this.published = published;
        this.file = file;
    }

    /** The one that a family has; another one under the key is a problem. */
    static Activation read(JsonFields fields, String key, Activation only) {
        fields.choice(key, only.published, only.published);
        return only;
    }

    /** Name of the file that holds {@code gate_times_(gate, up)}, elementwise and perhaps in the gate's memory. */
    String file() {
        return file;
    }
}
