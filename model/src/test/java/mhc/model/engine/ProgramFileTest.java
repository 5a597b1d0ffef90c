package mhc.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import mhc.datasets.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgramFileTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"none, fused, none", "mhc, reference, reference", "mhc, fused, fused", "hc, fused, fused-apply"})
    void loadsAndBindsInTheEngine(String residual, String kernels, String path) throws IOException {
        Tiny.onKernels(kernels);
        Torch.prepareThread();
        Path file = folder.resolve("program.pt");
        assertThat(ProgramFile.write(Tiny.folder(residual), kernels, file)).isEqualTo(path);
        try (NDManager manager = Torch.newManager("cpu");
                PtSymbolBlock program = JniUtils.loadModule(
                        (PtNDManager) manager, new ByteArrayInputStream(Files.readAllBytes(file)), false, false);
                IValue weights =
                        IValue.listFrom((PtNDArray) manager.create(1f), (PtNDArray) manager.create(Float.NaN));
                IValue wrong = IValueUtils.runMethod(program, "bind", weights)) {
            assertThat(wrong.toLong()).isOne();
        }
    }

    @Test
    void saysWhereItCannotWrite() {
        assertThatThrownBy(() -> ProgramFile.write(Tiny.folder("mhc"), "fused", folder.resolve("absent/program.pt")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("absent/program.pt cannot be written");
    }
}
