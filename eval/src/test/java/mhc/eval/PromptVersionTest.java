package mhc.eval;

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
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import mhc.datasets.Example;
import mhc.eval.protocol.Protocols;
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

    /** What the harness's rules tell apart besides. */
    private static final List<String> HARNESS_TEXTS = List.of(
            " 36 * 2 = $72.\n#### 72",
            "so the answer is Yes. ",
            "the answer is No.\nthe answer is Yes.",
            " Planet Mercury!",
            "23\n\nferries",
            "Final Answer: The final answer is $1.5$. I hope it is correct.");

    /** Tasks of the harness that draw one exemplar more than they show. */
    private static final Set<String> DRAWING_ONE_MORE = Set.of("drop", "hellaswag", "piqa", "triviaqa");

    /** A benchmark under its protocol. */
    private record Entry(String protocol, Benchmark benchmark) {
        boolean harness() {
            return protocol.equals("lm-eval");
        }

        Request request(int shots) {
            return harness() && DRAWING_ONE_MORE.contains(benchmark.name())
                    ? SelfWritten.requestFromAll(benchmark, shots)
                    : SelfWritten.request(benchmark, shots);
        }

        List<String> texts() {
            return harness()
                    ? Stream.concat(TEXTS.stream(), HARNESS_TEXTS.stream()).toList()
                    : TEXTS;
        }

        @Override
        public String toString() {
            return protocol + " " + benchmark.name();
        }
    }

    static Stream<Entry> entries() {
        return Stream.of("paper", "lm-eval").flatMap(protocol -> Protocols.named(protocol).benchmarks().stream()
                .map(benchmark -> new Entry(protocol, benchmark)));
    }

    @ParameterizedTest
    @MethodSource("entries")
    void behaviourChangesOnlyWithTheVersion(Entry entry) {
        Benchmark benchmark = entry.benchmark();
        String key = "%s %s %s".formatted(entry.protocol(), benchmark.name(), benchmark.version());
        String fingerprint = fingerprint(entry);
        assertThat(committed())
                .as("%s changed: raise its version and add a line with that and %s to versions.txt", entry, fingerprint)
                .containsEntry(key, fingerprint);
    }

    @ParameterizedTest
    @MethodSource("entries")
    void theDocumentShowsThePromptAsSent(Entry entry) throws IOException {
        String document = Files.readString(Path.of("../docs/%s-protocol.md".formatted(entry.protocol())));
        Request request = entry.request(entry.benchmark().defaultShots() == 0 ? 0 : 2);
        assertThat(document).contains("```text\n" + request.context() + "\n```");
        List<String> parts = request instanceof Request.Generate generate
                ? generate.stops()
                : ((Request.Choice) request).continuations();
        for (String part : parts) {
            assertThat(document).contains("`" + part.replace("\n", "\\n") + "`");
        }
    }

    /** By "protocol benchmark version", what they do. */
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

    private static String fingerprint(Entry entry) {
        Benchmark benchmark = entry.benchmark();
        StringBuilder behaviour = new StringBuilder(benchmark.headline().key());
        behaviour.append(' ').append(benchmark.defaultShots());
        for (int shots = 0; shots <= 2; shots++) {
            behaviour.append('\n').append(entry.request(shots).hash());
        }
        Example example = SelfWritten.example(benchmark);
        for (Answer answer : answers(entry)) {
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

    private static List<? extends Answer> answers(Entry entry) {
        if (!(entry.request(0) instanceof Request.Choice choice)) {
            return entry.texts().stream().map(SelfWritten::text).toList();
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
