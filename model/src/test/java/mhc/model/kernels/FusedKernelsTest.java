package mhc.model.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import mhc.datasets.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FusedKernelsTest {
    @TempDir
    Path folder;

    private static byte[] content(int seed) {
        byte[] bytes = new byte[100_000];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @CsvSource({
        "Linux, amd64, linux-x86_64",
        "Linux, aarch64, linux-aarch64",
        "Mac OS X, aarch64, mac-os-x-aarch64",
        "Windows 11, amd64, windows-11-x86_64"
    })
    void namesPlatformsAsTheBuildDoes(String system, String processor, String expected) {
        assertThat(FusedKernels.platform(system, processor)).isEqualTo(expected);
    }

    @Test
    void refusesAMisspeltInstructionSet() {
        FusedKernels.requireKnown(null);
        FusedKernels.requireKnown("avx2");
        assertThatThrownBy(() -> FusedKernels.requireKnown("axv2"))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("MHC_KERNELS_ISA", "axv2", "avx512");
        assertThat(FusedKernels.refusal("neon", "")).contains("MHC_KERNELS_ISA", "neon", "avx512");
        assertThat(FusedKernels.refusal(null, "why")).contains("libtorch", "why");
    }

    @ParameterizedTest
    @CsvSource({
        "-1, needs nvcc",
        "-2, one for CPUs",
        "-3, no memory",
        "-11, hc_mix",
        "-18, hc_gain",
        "35, 580 or newer",
        "98, MHC_CUDA_ARCHS",
        "209, compute capability 8.0",
        "100, error 100"
    })
    void saysWhyAGpuCannotBeUsed(int status, String why) {
        assertThat(FusedKernels.unusable("cuda:1", status))
                .hasValueSatisfying(text -> assertThat(text).contains("cuda:1", why));
        assertThat(FusedKernels.unusable("cuda:1", 0)).isEmpty();
    }

    @Test
    void manyUnpackAtOnceAndEachFindsTheWholeFile() throws IOException {
        byte[] library = content(1);
        Set<Path> files = ConcurrentHashMap.newKeySet();
        IntStream.range(0, 40).parallel().forEach(i -> {
            try {
                Path file = FusedKernels.unpack(library, folder);
                assertThat(Files.readAllBytes(file)).isEqualTo(library);
                files.add(file);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        assertThat(files).hasSize(1);
        try (Stream<Path> left = Files.list(files.iterator().next().getParent())) {
            assertThat(left).containsExactlyElementsOf(files);
        }
    }

    @Test
    void anotherLibraryHasAnotherHomeAndDamageIsRepaired() throws IOException {
        Path first = FusedKernels.unpack(content(1), folder);
        assertThat(FusedKernels.unpack(content(2), folder)).isNotEqualTo(first);
        Files.write(first, new byte[] {1, 2, 3});
        assertThat(FusedKernels.unpack(content(1), folder)).isEqualTo(first);
        assertThat(Files.readAllBytes(first)).isEqualTo(content(1));
    }
}
