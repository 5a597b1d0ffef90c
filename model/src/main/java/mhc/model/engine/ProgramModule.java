package mhc.model.engine;

import java.util.Optional;
import mhc.model.decoder.Binder;
import mhc.model.decoder.BlockScales;
import mhc.model.decoder.DecoderOperations;
import mhc.model.decoder.KernelPath;
import mhc.model.decoder.PackedWeights;
import mhc.model.decoder.Program;

/** The module through which Java calls a decoder: {@code program.py}, whose methods {@link TorchProgram} explains. */
final class ProgramModule {
    private ProgramModule() {}

    static String source(Program program, KernelPath kernels, PackedWeights packing) {
        return source(program, kernels, DecoderOperations.ENGINE, packing, Optional.empty());
    }

    /** @param compressed how 8-bit matrices are scaled that are held as they are stored */
    static String source(
            Program program,
            KernelPath kernels,
            DecoderOperations operations,
            PackedWeights packing,
            Optional<BlockScales> compressed) {
        return program.source(
                Binder.of(ProgramModule.class, "program.py", "flat_pass.py")
                        .weight("frequencies", Program.FREQUENCIES)
                        .script(),
                kernels,
                operations,
                packing,
                compressed);
    }
}
