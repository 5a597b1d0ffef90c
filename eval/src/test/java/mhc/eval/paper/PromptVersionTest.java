package mhc.eval.paper;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mhc.datasets.Example;
import mhc.eval.Answer;
import mhc.eval.Benchmark;
import mhc.eval.Outcome;
import mhc.eval.Request;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A prompt, stop string, limit, extraction rule or metric may change only together with the benchmark's version. */
class PromptVersionTest {
    private static final List<String> TEXTS = List.of(
            "",
            "23.",
            " 23 ferries. So many.",
            " Mercury",
            " The answer is $72.00.",
            "\nSo the answer is Yes.",
            "\\boxed{1.5}\nFinal Answer: The final answer is $\\frac{3}{2}$. ");

    static List<Benchmark> benchmarks() {
        return PaperProtocol.PROTOCOL.benchmarks();
    }

    @ParameterizedTest
    @MethodSource("benchmarks")
    void behaviourChangesOnlyWithTheVersion(Benchmark benchmark) {
        String key = benchmark.name() + " " + benchmark.version();
        String fingerprint = fingerprint(benchmark);
        assertThat(committed())
                .as("%s changed: raise its version and add the line \"%s NEW_VERSION %s\" to versions.txt"
                        .formatted(benchmark.name(), benchmark.name(), fingerprint))
                .containsEntry(key, fingerprint);
    }

    @ParameterizedTest
    @MethodSource("benchmarks")
    void theDocumentShowsThePromptAsSent(Benchmark benchmark) throws IOException {
        String document = Files.readString(Path.of("../docs/paper-protocol.md"));
        Request request = SelfWritten.request(benchmark, benchmark.defaultShots() == 0 ? 0 : 2);
        assertThat(document).contains("```text\n" + request.context() + "\n```");
        List<String> parts = request instanceof Request.Generate generate
                ? generate.stops()
                : ((Request.Choice) request).continuations();
        for (String part : parts) {
            assertThat(document).contains("`" + part.replace("\n", "\\n") + "`");
        }
    }

    /** By "benchmark version", what they do. */
    private static Map<String, String> committed() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                PromptVersionTest.class.getResourceAsStream("versions.txt"), StandardCharsets.UTF_8))) {
            Map<String, String> versions = new TreeMap<>();
            lines.lines().forEach(line -> {
                int blank = line.lastIndexOf(' ');
                assertThat(versions.put(line.substring(0, blank), line.substring(blank + 1)))
                        .as("one line for a version")
                        .isNull();
            });
            return versions;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String fingerprint(Benchmark benchmark) {
        StringBuilder behaviour = new StringBuilder(benchmark.headline().key());
        behaviour.append(' ').append(benchmark.defaultShots());
        for (int shots = 0; shots <= 2; shots++) {
            behaviour.append('\n').append(SelfWritten.request(benchmark, shots).hash());
        }
        Example example = SelfWritten.EXAMPLES.get(benchmark.name());
        for (Answer answer : answers(benchmark)) {
            Outcome outcome = benchmark.score(example, answer);
            behaviour.append('\n').append(new TreeMap<>(outcome.extracted())).append(outcome.gold());
            behaviour.append(new TreeMap<>(outcome.metrics()));
        }
        try {
            byte[] sha = MessageDigest.getInstance("SHA-256")
                    .digest(behaviour.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static List<? extends Answer> answers(Benchmark benchmark) {
        if (!(SelfWritten.request(benchmark, 0) instanceof Request.Choice choice)) {
            return TEXTS.stream().map(SelfWritten::text).toList();
        }
        double[] descending = new double[choice.continuations().size()];
        double[] equal = new double[descending.length];
        for (int i = 0; i < descending.length; i++) {
            descending[i] = -1 - i;
            equal[i] = -4;
        }
        return List.of(SelfWritten.scores(descending), SelfWritten.scores(equal));
    }
}
