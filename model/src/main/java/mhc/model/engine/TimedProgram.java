package mhc.model.engine;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.util.List;
import mhc.model.engine.RandomTensors.Tensor;

/** TorchScript whose methods repeat an operation, to be timed. */
public final class TimedProgram implements AutoCloseable {
    private final TorchModule module;

    private TimedProgram(TorchModule module) {
        this.module = module;
    }

    /** The engine must run. */
    public static TimedProgram load(String source, String device) {
        return new TimedProgram(TorchModule.load(source, device));
    }

    /**
     * Seconds of a method of the signature {@code (List[Tensor] x 3, int) -> float}, whose value depends on the last
     * result: a device has finished when it is here.
     */
    public double seconds(String method, List<Tensor> h, List<Tensor> f, List<Tensor> w, long repeats) {
        return module.run(scope -> {
            IValue[] arguments = {list(scope, h), list(scope, f), list(scope, w), scope.number(repeats)};
            long start = System.nanoTime();
            scope.closing(module.call(method, arguments)).toDouble();
            return (System.nanoTime() - start) * 1e-9;
        });
    }

    /** How often a method is to repeat its operation to take so many seconds, by the faster of two calls that do it once. */
    public long repeats(double seconds, String method, List<Tensor> h, List<Tensor> f, List<Tensor> w) {
        double once = Math.min(seconds(method, h, f, w, 1), seconds(method, h, f, w, 1));
        return (long) Math.ceil(seconds / once);
    }

    private static IValue list(CallScope scope, List<Tensor> tensors) {
        return scope.closing(IValue.listFrom(tensors.stream().map(Tensor::array).toArray(PtNDArray[]::new)));
    }

    @Override
    public void close() {
        module.close();
    }
}
