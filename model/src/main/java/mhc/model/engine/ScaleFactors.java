package mhc.model.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import mhc.model.checkpoint.SafeTensors;

/** Factors of 8-bit and 4-bit weights as float32. */
final class ScaleFactors {
    private static final int NOT_A_NUMBER = 255;
    private static final int MANTISSA_BITS = 23;

    private ScaleFactors() {}

    /** What bytes of a type hold, as float32 in the machine's memory. */
    static ByteBuffer floats(ByteBuffer stored, SafeTensors.Type type) {
        if (type == SafeTensors.Type.F32) {
            return stored;
        }
        ByteBuffer floats =
                ByteBuffer.allocateDirect(stored.remaining() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (stored.hasRemaining()) {
            floats.putFloat(powerOfTwo(stored.get()));
        }
        return floats.flip();
    }

    /** F8_E8M0: 2 to the power of the byte less 127; the last one is not a number. */
    static float powerOfTwo(byte stored) {
        int exponent = Byte.toUnsignedInt(stored);
        if (exponent == NOT_A_NUMBER) {
            return Float.NaN;
        }
        // The smallest is below the exponents that a float32 has and takes its first bit of the mantissa.
        return Float.intBitsToFloat(exponent == 0 ? 1 << MANTISSA_BITS - 1 : exponent << MANTISSA_BITS);
    }
}
