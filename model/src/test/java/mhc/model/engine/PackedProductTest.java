package mhc.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.pytorch.jni.IValue;
import java.util.List;
import mhc.model.decoder.ComputeType;
import mhc.model.decoder.DecoderOperations;
import mhc.model.decoder.Linker;
import mhc.model.decoder.PackedWeights;
import mhc.model.decoder.Script;
import mhc.model.decoder.TensorSpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever form a matrix has after packing, its product is that of the matrix in rows. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PackedProductTest {
    private static final String COMPARE = """
            def apart(self: __torch__.Program, rows: int, columns: int, tokens: int, type: int) -> float:
              matrix = torch.sin(torch.arange(rows * columns, dtype=6) * 1.7).view([rows, columns]).to(type)
              x = torch.sin(torch.arange(tokens * columns, dtype=6) * 0.9).view([tokens, columns]).to(type)
              expected = torch.linear(x.to(6), matrix.to(6))
              w = [torch.clone(matrix)]
              __torch__.pack(w, [0])
              return float(((__torch__.linear(x, w[0]).to(6) - expected).abs().max() / expected.abs().max()).item())
            """;

    private PackedWeights packing;
    private TorchModule module;

    @BeforeAll
    void load() {
        Torch.start(1);
        List<String> devices = List.of("cpu");
        packing = PackedWeights.on(devices, DecoderOperations.choose("auto", devices), false);
        assumeTrue(packing != PackedWeights.NONE, "SKIPPED: this processor's matrices are not packed");
        module = TorchModule.load(
                Linker.link(List.of(Script.module(COMPARE), packing.script()), packing.replacements()), "cpu");
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
        assertCloseFor(ComputeType.FLOAT32, rows, columns, 1e-5);
    }

    /** Sums are float32, so that nothing but the result is rounded. */
    @ParameterizedTest
    @CsvSource({"24, 64", "64, 172", "172, 64", "172, 1024", "513, 257", "1000, 96", "768, 2048"})
    void productsOfBfloat16AreRoundedOnce(int rows, int columns) {
        assumeTrue(packsBfloat16(), "SKIPPED: this processor has no products of bfloat16");
        assertCloseFor(ComputeType.BFLOAT16, rows, columns, 0x1p-8 + 1e-5);
    }

    private boolean packsBfloat16() {
        TensorSpec any = TensorSpec.of("any", 1, 1);
        List<TensorSpec> multiplied = List.of(new TensorSpec(any.name(), any.shape(), any.kind(), List.of(), true));
        return packing.of(multiplied, ComputeType.BFLOAT16).length == 1;
    }

    private void assertCloseFor(ComputeType type, int rows, int columns, double most) {
        for (int tokens : new int[] {1, 2, 3, 7, 16, 33, 64, 200}) {
            double apart = module.run(scope -> {
                IValue[] sizes = {
                    scope.number(rows), scope.number(columns), scope.number(tokens), scope.number(type.code())
                };
                return scope.closing(module.call("apart", sizes)).toDouble();
            });
            assertThat(apart).as("%d tokens", tokens).isLessThan(most);
        }
    }
}
