package mhc.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackedWeightsTest {
    private static final List<TensorSpec> TENSORS = List.of(
            TensorSpec.of("embedding", 9, 4),
            TensorSpec.of("matrix", 4, 4).multiplied(),
            TensorSpec.wide("head", 9, 4).multiplied());

    @ParameterizedTest
    @CsvSource({
        "ONEDNN, FLOAT32, avx2, '[1, 2]'",
        "ONEDNN, BFLOAT16, avx512_bf16, '[1, 2]'",
        "ONEDNN, BFLOAT16, amx_bf16, '[1, 2]'",
        "ONEDNN, BFLOAT16, avx512f, '[2]'",
        "PANELS, FLOAT32, avx2, '[1, 2]'",
        "PANELS, BFLOAT16, avx2, '[1, 2]'",
        "NONE, FLOAT32, avx512_bf16, '[]'"
    })
    void holdWhatTheProcessorMultiplies(PackedWeights packing, ComputeType type, String flag, String expected) {
        int[] packed = packing.of(TENSORS, type, new ProcessorFlags(Set.of(flag)));
        assertThat(Arrays.toString(packed)).isEqualTo(expected);
    }

    /** It is looked up as it is stored and multiplied by as it is packed. */
    @Test
    void anEmbeddingThatIsTheOutputProjectionIsPackedBehindAllWeights() {
        List<TensorSpec> tensors = List.of(TensorSpec.of("frequencies", 1), TensorSpec.wide("embedding", 9, 4));
        Program tied = new Program(tensors, List.of(2), true, new PlainResidual(1e-6), new Script(Map.of()));
        Program apart = new Program(tensors, List.of(2), false, new PlainResidual(1e-6), new Script(Map.of()));
        assertThat(PackedWeights.PANELS.of(tied, ComputeType.FLOAT32)).containsExactly(2);
        assertThat(PackedWeights.ONEDNN.of(tied, ComputeType.BFLOAT16)).containsExactly(2);
        assertThat(PackedWeights.NONE.of(tied, ComputeType.FLOAT32)).isEmpty();
        assertThat(PackedWeights.PANELS.of(apart, ComputeType.FLOAT32)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"avx2 fma, true", "avx2 fma avx512f, false", "avx2, false", "sse2, false"})
    void panelsAreForProcessorsOfEightNumbersAtOnce(String flags, boolean expected) {
        assertThat(new ProcessorFlags(Set.of(flags.split(" "))).multiplyEightAtMost())
                .isEqualTo(expected);
    }

    @Test
    void flagsAreThoseOfTheFirstCore() {
        Stream<String> lines = Stream.of(
                "processor\t: 0", "flags\t\t: fpu avx2 fpu amx_bf16", "bugs\t\t: none", "flags\t\t: fpu avx512_bf16");
        assertThat(ProcessorFlags.of(lines).names()).containsExactlyInAnyOrder("fpu", "avx2", "amx_bf16");
        assertThat(ProcessorFlags.of(Stream.of("vmx flags\t: ept")).names()).isEmpty();
    }
}
