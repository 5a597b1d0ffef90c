package mhc.model.decoder;

import java.util.Arrays;
import mhc.datasets.InputException;

/** What weights, activations, keys and values are while a model runs; some parts are float32 always. */
public enum ComputeType {
    FLOAT32("float32", 6, Float.BYTES),
    BFLOAT16("bfloat16", 15, Short.BYTES);

    /** The engine's number for F8_E4M3, which nothing is computed in. */
    public static final int FLOAT8_E4M3 = 24;

    private final String option;
    private final int code;
    private final int bytes;

    ComputeType(String option, int code, int bytes) {
        this.option = option;
        this.code = code;
        this.bytes = bytes;
    }

    /**
     * The type of a name in a run's configuration.
     *
     * @throws InputException for another name
     */
    public static ComputeType of(String option) {
        return Arrays.stream(values())
                .filter(type -> type.option.equals(option))
                .findFirst()
                .orElseThrow(() -> new InputException(
                        "Compute type " + option + " is not supported: set inference.dtype to float32 or bfloat16."));
    }

    /** The engine's number for it. */
    public int code() {
        return code;
    }

    /** Of one number. */
    public int bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return option;
    }
}
