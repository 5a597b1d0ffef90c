package mhc.model.engine;

import ai.djl.Device;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.util.Arrays;
import java.util.List;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.decoder.ComputeType;
import mhc.model.decoder.PackedWeights;
import mhc.model.decoder.Placement;
import mhc.model.decoder.Program;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a loaded program its weights: checked, then packed where the engine multiplies faster by its form of a matrix.
 */
final class WeightBinding {
    private static final Logger log = LoggerFactory.getLogger(WeightBinding.class);

    private final TorchModule module;
    private final int[] packed;
    private final boolean packsEmbedding;
    private final ComputeType type;

    WeightBinding(TorchModule module, PackedWeights packing, Program program, ComputeType type) {
        this.module = module;
        this.packed = packing.of(program, type);
        this.packsEmbedding = program.packsEmbedding(packing);
        this.type = type;
    }

    /**
     * Binds the weights of a checkpoint. What is packed is a copy; the others stay mapped.
     *
     * @param stored whether matrices of 8 and 4 bits stay so
     * @param devices of the placement
     * @throws mhc.datasets.InputException when one of them is not finite
     */
    void bind(Checkpoint checkpoint, boolean stored, Placement placement, List<Device> devices) {
        module.run(scope -> {
            PtNDArray[] weights = new WeightLoader(checkpoint, module, type, stored, placement, devices).load();
            int wrong = bindAndCheck(scope, weights);
            if (wrong >= 0) {
                throw WeightLoader.notFinite(
                        checkpoint.weights().get(checkpoint.program().tensors().get(wrong)));
            }
            // What can be held as it is stored is not packed when it is expanded: the numbers are to be the same.
            int[] whole = Arrays.stream(packed)
                    .filter(index -> index == weights.length || isWhole(checkpoint, index))
                    .toArray();
            pack(scope, whole);
            Arrays.stream(whole).filter(index -> index < weights.length).forEach(index -> weights[index].close());
            return null;
        });
    }

    private static boolean isWhole(Checkpoint checkpoint, int index) {
        return checkpoint
                .weights()
                .heldAsStored(
                        checkpoint.program().tensors().get(index),
                        checkpoint.config().scales())
                .isEmpty();
    }

    /**
     * Binds weights that are there already, in the program's order.
     *
     * @throws IllegalArgumentException when one of them is not finite
     */
    void bind(PtNDArray[] weights) {
        module.run(scope -> {
            int wrong = bindAndCheck(scope, weights);
            if (wrong >= 0) {
                throw new IllegalArgumentException("weight " + wrong + " is not finite");
            }
            pack(scope, packed);
            return null;
        });
    }

    /** The index of the first weight that is not finite, or -1. */
    private int bindAndCheck(CallScope scope, PtNDArray[] weights) {
        PtNDArray[] all = weights;
        if (packsEmbedding) {
            all = Arrays.copyOf(weights, weights.length + 1);
            all[weights.length] = weights[Program.EMBEDDING];
        }
        IValue list = scope.closing(IValue.listFrom(all));
        return (int) scope.closing(module.call("bind", list)).toLong();
    }

    private void pack(CallScope scope, int[] packed) {
        if (packed.length == 0) {
            return;
        }
        IValue indices = scope.list(Arrays.stream(packed).asLongStream().toArray());
        long left = scope.closing(module.call("pack", indices)).toLong();
        if (left > 0) {
            log.warn(
                    "{} of {} matrices are multiplied as they are stored: this processor's packed product of their"
                            + " shape gives other numbers",
                    left,
                    packed.length);
        }
    }
}
