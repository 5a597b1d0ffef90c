package mhc.model.decoder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What an x86 processor can do beyond the least, as Linux names it.
 *
 * @param names such as {@code avx512_bf16}; none where the operating system does not say
 */
record ProcessorFlags(Set<String> names) {
    private static final Path FILE = Path.of("/proc/cpuinfo");

    /** Of the processor that this program runs on. */
    static ProcessorFlags here() {
        if (!Files.isReadable(FILE)) {
            return new ProcessorFlags(Set.of());
        }
        try (Stream<String> lines = Files.lines(FILE)) {
            return of(lines);
        } catch (IOException e) {
            return new ProcessorFlags(Set.of());
        }
    }

    /** Of lines {@code name : value}, of which {@code flags} has them with blanks between; all cores are taken as the first. */
    static ProcessorFlags of(Stream<String> lines) {
        return new ProcessorFlags(lines.filter(line -> line.matches("flags\\s*:.*"))
                .findFirst()
                .map(line -> Set.copyOf(
                        List.of(line.substring(line.indexOf(':') + 1).strip().split("\\s+"))))
                .orElse(Set.of()));
    }

    /** Whether it has AVX2 with fused products, eight numbers at once, and nothing wider. */
    boolean multiplyEightAtMost() {
        return names.contains("avx2") && names.contains("fma") && !names.contains("avx512f");
    }

    /** Whether it has instructions for products of bfloat16 with sums in float32: AVX512-BF16, or tiles. */
    boolean multiplyBfloat16() {
        return names.contains("avx512_bf16") || names.contains("amx_bf16");
    }
}
