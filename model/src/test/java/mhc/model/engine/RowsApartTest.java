package mhc.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import mhc.eval.Request;
import mhc.model.InferenceOptions;
import mhc.model.LanguageModel;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.decoder.DecoderOperations;
import mhc.model.inference.ForwardPasses.KvCache;
import mhc.model.inference.ForwardPasses.Opening;
import mhc.model.inference.ForwardPasses.Prefixes;
import mhc.model.inference.ForwardPasses.Steps;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A program that says so gives each row that decodes the bits that it has by itself: margins show every last one. */
class RowsApartTest {
    private static final InferenceOptions OPTIONS = InferenceOptions.DEFAULT.withDeterministic(true);

    private static final int STEPS = 3;

    /** On both sides of what kernels take at once: vectors, tiles of rows, blocks of keys. */
    private static final int[] LENGTHS = {255, 1, 7, 8, 9, 31, 33, 64, 65, 256, 257, 300, 2, 17, 16, 130, 5};

    /** Companies of rows, by their indices. */
    private static final List<int[]> COMPANIES = List.of(
            new int[] {3, 11}, new int[] {16, 0, 5}, new int[] {12, 9, 1, 8, 2, 15, 4}, new int[] {10, 6, 7, 13, 14});

    static Stream<Arguments> models() {
        Stream<Arguments> tiny = Stream.of("none", "mhc").map(residual -> Arguments.of("tiny", residual));
        Stream<Arguments> families = Stream.of("llama", "llama3", "mistral", "mixed-window", "qwen2", "qwen3", "olmo2")
                .flatMap(family -> Stream.of("none", "mhc").map(residual -> Arguments.of(family, residual)));
        return Stream.concat(tiny, families);
    }

    private static Path folder(String family, String residual) {
        return family.equals("tiny") ? Tiny.folder(residual) : Families.folder(family, residual);
    }

    private static TorchProgram load(String family, String residual, InferenceOptions options) {
        Checkpoint checkpoint = Checkpoint.open(folder(family, residual));
        return TorchProgram.load(checkpoint, options, LanguageModels.startEngine(checkpoint, options));
    }

    /** Tokens and the bits of their margins, [rows][steps]. */
    private static List<List<String>> decoded(TorchProgram program, List<KvCache> read, int[] chosen) {
        long[] all = Tiny.tokens(LENGTHS.length, 77);
        long[] tokens = IntStream.of(chosen).mapToLong(i -> all[i]).toArray();
        int[] lengths = IntStream.of(chosen).map(i -> LENGTHS[i]).toArray();
        int longest = IntStream.of(lengths).max().orElseThrow();
        try (KvCache cache = program.allocate(KvCache.NONE, read.get(0), chosen.length, longest + STEPS)) {
            for (int row = 0; row < chosen.length; row++) {
                program.fill(cache, row, Opening.of(read.get(chosen[row]), lengths[row]));
            }
            Steps steps = program.decode(tokens, lengths, lengths, cache, Prefixes.NONE, STEPS);
            List<List<String>> rows = new ArrayList<>();
            for (int row = 0; row < chosen.length; row++) {
                List<String> found = new ArrayList<>();
                for (int at = row; at < STEPS * chosen.length; at += chosen.length) {
                    found.add(steps.tokens()[at] + " " + Float.toHexString(steps.margins()[at]));
                }
                rows.add(found);
            }
            return rows;
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void rowsDecodeToTheSameBitsInAnyCompany(String family, String residual) {
        assumeTrue(isFused(), "SKIPPED: the kernels cannot be used here");
        try (TorchProgram program = load(family, residual, OPTIONS)) {
            assertThat(program.rowsApart()).isTrue();
            List<KvCache> read = IntStream.range(0, LENGTHS.length)
                    .mapToObj(i -> TorchProgramTest.read(program, Tiny.tokens(LENGTHS[i], i)))
                    .toList();
            List<List<String>> together =
                    decoded(program, read, IntStream.range(0, LENGTHS.length).toArray());
            for (int i = 0; i < LENGTHS.length; i++) {
                assertThat(decoded(program, read, new int[] {i}))
                        .as("row %d", i)
                        .containsExactly(together.get(i));
            }
            for (int[] company : COMPANIES) {
                assertThat(decoded(program, read, company))
                        .isEqualTo(IntStream.of(company).mapToObj(together::get).toList());
            }
            read.forEach(KvCache::close);
        }
    }

    /** Prefixes of several blocks, ends of many lengths; log-likelihoods are compared to the bit. */
    @ParameterizedTest
    @MethodSource("models")
    void answersHaveTheSameBitsInAnyCompany(String family, String residual) {
        assumeTrue(isFused(), "SKIPPED: the kernels cannot be used here");
        String examples = "what is the other half of that? the answer is there\n".repeat(9);
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            String question = examples.substring(0, examples.length() * (1 + i % 3) / 3) + "what is "
                    + "the other ".repeat(3 * i);
            requests.add(
                    new Request.Choice(question + "half of it?", List.of(" there", " that it is the answer", " no")));
            requests.add(new Request.Generate(question, List.of(), 4 + 3 * i));
        }
        try (LanguageModel model = LanguageModels.open(folder(family, residual), OPTIONS)) {
            List<Object> together = contents(model, requests);
            for (int i = 0; i < requests.size(); i++) {
                assertThat(contents(model, List.of(requests.get(i))))
                        .as("request %d", i)
                        .containsExactly(together.get(i));
            }
            assertThat(contents(model, requests.subList(3, 9))).isEqualTo(together.subList(3, 9));
        }
    }

    private static List<Object> contents(LanguageModel model, List<Request> requests) {
        return Tiny.answers(model, requests).stream().map(Tiny::content).toList();
    }

    @Test
    void rowsAreApartWhereEveryOperationIsOfOneRow() {
        boolean fused = isFused();
        assertThat(rowsApart("tiny", "none", OPTIONS)).isEqualTo(fused);
        assertThat(rowsApart("tiny", "mhc", OPTIONS)).isEqualTo(fused);
        // Coefficients of unconstrained streams, experts, latents, bounded scores and GELU are the engine's.
        assertThat(rowsApart("tiny", "hc", OPTIONS)).isFalse();
        for (String family : List.of("qwen3-moe", "deepseek-grouped", "latent", "gemma2", "gemma3")) {
            assertThat(rowsApart(family, "none", OPTIONS)).as(family).isFalse();
        }
        assertThat(rowsApart("tiny", "none", OPTIONS.withKernels("reference"))).isFalse();
    }

    private static boolean isFused() {
        Torch.start(1);
        return System.getProperty("os.arch").equals("amd64")
                && DecoderOperations.choose("auto", List.of("cpu")) == DecoderOperations.FUSED;
    }

    private static boolean rowsApart(String family, String residual, InferenceOptions options) {
        try (TorchProgram program = load(family, residual, options)) {
            return program.rowsApart();
        }
    }
}
