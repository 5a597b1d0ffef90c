package mhc.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.pytorch.jni.IValue;
import mhc.model.decoder.Linker;
import mhc.model.decoder.PackedWeights;
import mhc.model.decoder.Script;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever form a matrix has after packing, its product is that of the matrix in rows. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PackedProductTest {
    private static final String COMPARE = """
            def apart(self: __torch__.Program, rows: int, columns: int, tokens: int) -> float:
              matrix = torch.sin(torch.arange(rows * columns, dtype=6) * 1.7).view([rows, columns])
              x = torch.sin(torch.arange(tokens * columns, dtype=6) * 0.9).view([tokens, columns])
              expected = torch.linear(x, matrix)
              w = [torch.clone(matrix)]
              __torch__.pack(w, [0])
              return float(((__torch__.linear(x, w[0]) - expected).abs().max() / expected.abs().max()).item())
            """;

    private TorchModule module;

    @BeforeAll
    void load() {
        assumeTrue(
                PackedWeights.on("cpu") == PackedWeights.ONEDNN, "SKIPPED: this processor's matrices are not packed");
        Torch.start(1);
        module = TorchModule.load(Linker.link(Script.module(COMPARE), PackedWeights.ONEDNN.script()), "cpu");
    }

    @AfterAll
    void close() {
        if (module != null) {
            module.close();
        }
    }

    /** 172 rows: wrong in libtorch 2.7.1 on AMD processors of family 26, so that such a matrix must stay in rows. */
    @ParameterizedTest
    @CsvSource({"24, 64", "64, 172", "128, 344", "172, 16", "172, 64", "172, 1024", "344, 128", "513, 257", "1000, 96"})
    void everyShapeMultipliesAsItsMatrixInRows(int rows, int columns) {
        for (int tokens : new int[] {1, 2, 3, 7, 16, 33, 64, 200}) {
            double apart = module.run(scope -> {
                IValue[] sizes = {scope.number(rows), scope.number(columns), scope.number(tokens)};
                return scope.closing(module.call("apart", sizes)).toDouble();
            });
            assertThat(apart).as("%d tokens", tokens).isLessThan(1e-5);
        }
    }
}
