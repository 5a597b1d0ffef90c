package mhc.model.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;

/** Float32 tensors on a device for what is measured and not trained; closing this frees them. */
public final class RandomTensors implements AutoCloseable {
    private final NDManager manager;

    private RandomTensors(NDManager manager) {
        this.manager = manager;
    }

    /** A tensor that the engine alone reads. */
    public static final class Tensor {
        private final NDArray array;

        private Tensor(NDArray array) {
            this.array = array;
        }

        PtNDArray array() {
            return (PtNDArray) array;
        }
    }

    /** The engine must run. */
    public static RandomTensors on(String device) {
        return new RandomTensors(Torch.newManager(device));
    }

    /** Normal numbers around 0. */
    public Tensor normal(double deviation, long... shape) {
        return new Tensor(manager.randomNormal(0, (float) deviation, new Shape(shape), DataType.FLOAT32));
    }

    /** Numbers from 0 to a bound. */
    public Tensor uniform(double bound, long... shape) {
        return new Tensor(manager.randomUniform(0, (float) bound, new Shape(shape)));
    }

    /** The same number everywhere. */
    public Tensor constant(double value, long... shape) {
        return new Tensor(manager.full(new Shape(shape), (float) value));
    }

    @Override
    public void close() {
        manager.close();
    }
}
