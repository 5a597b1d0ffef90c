package mhc.jobs.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import mhc.datasets.Corpora;
import mhc.datasets.Corpus;
import mhc.datasets.FileOverride;
import mhc.datasets.InputException;
import mhc.datasets.PoolKind;
import mhc.datasets.SourceFile;
import mhc.datasets.curriculum.CurriculumFiles;
import mhc.eval.Benchmark;
import mhc.eval.BenchmarkInfo;
import mhc.eval.Protocol;
import mhc.eval.curriculum.TrainingText;
import mhc.eval.paper.PaperProtocol;
import mhc.eval.protocol.Protocols;
import mhc.jobs.config.HadoopSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code datasets list} and {@code datasets verify}: which benchmark files a run would read, and whether they are
 * whole. {@code datasets generate} writes the synthetic curriculum as such files.
 */
@Command(
        name = "datasets",
        description = "Shows which benchmark files a run would read, checks them, and writes synthetic ones.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "(list | verify | generate)")
public final class DatasetsCommand {

    /** What both subcommands are told. */
    static final class Selection {
        @Option(
                names = "--data",
                required = true,
                paramLabel = "ROOT",
                description = "Data root: a folder with one folder for each benchmark, any Hadoop file system.")
        private String data;

        @Option(
                names = "--protocol",
                paramLabel = "NAME",
                description = "Protocol of the run, which says what exemplars are read (default: ${DEFAULT-VALUE}).")
        private String protocol = "paper";

        @Option(
                names = "--benchmarks",
                split = ",",
                paramLabel = "NAME",
                description = "Benchmarks, between commas (default: all of the protocol).")
        private List<String> benchmarks = List.of();

        @Option(
                names = "--file",
                paramLabel = "NAME.eval=PATH",
                description = "Reads this file or folder instead of looking for one; also NAME.pool=PATH. Repeatable.")
        private Map<String, String> files = new LinkedHashMap<>();

        private List<BenchmarkInfo> benchmarks() {
            Protocol named = Protocols.named(protocol);
            if (benchmarks.isEmpty()) {
                return named.benchmarks().stream().map(Benchmark::info).toList();
            }
            return benchmarks.stream()
                    .map(String::strip)
                    .distinct()
                    .map(name -> named.benchmark(name).info())
                    .toList();
        }

        private FileOverride override(BenchmarkInfo benchmark) {
            return new FileOverride(
                    files.getOrDefault(benchmark.name() + ".eval", ""),
                    files.getOrDefault(benchmark.name() + ".pool", ""));
        }

        private void requireKnownFileKeys() {
            for (String key : files.keySet()) {
                if (!key.endsWith(".eval") && !key.endsWith(".pool")) {
                    throw new InputException(
                            "--file %s=...: the name must end in .eval or .pool, such as drop.eval".formatted(key));
                }
                Protocols.named(protocol).benchmark(key.substring(0, key.length() - ".eval".length()));
            }
        }
    }

    private static final List<String> FOUND = List.of("benchmark", "role", "split", "layout", "file", "why");
    private static final List<String> READ =
            List.of("benchmark", "role", "split", "items", "bytes", "sha-256", "layout", "file", "why");

    @Spec
    private CommandSpec spec;

    @Command(description = "Finds the files without reading examples.", mixinStandardHelpOptions = true)
    void list(@Mixin Selection selection) {
        report(
                selection,
                Corpora::resolve,
                FOUND,
                file -> List.of(file.role(), file.split(), file.layout(), file.path(), file.why()));
    }

    @Command(
            description = "Reads every file to its end, counts the items and computes checksums.",
            mixinStandardHelpOptions = true)
    void verify(@Mixin Selection selection) {
        report(
                selection,
                (corpora, corpus, kind, override) ->
                        corpora.load(corpus, kind, override).files(),
                READ,
                file -> List.of(
                        file.role(),
                        file.split(),
                        String.valueOf(file.items()),
                        String.valueOf(file.bytes()),
                        file.sha256(),
                        file.layout(),
                        file.path(),
                        file.why()));
    }

    @Command(
            description = "Writes the synthetic curriculum in the benchmarks' official layouts.",
            mixinStandardHelpOptions = true)
    void generate(
            @Option(
                            names = "--out",
                            required = true,
                            paramLabel = "DIR",
                            description = "Folder to write to; it is then a data root.")
                    Path folder,
            @Option(
                            names = "--seed",
                            defaultValue = "7",
                            paramLabel = "N",
                            description = "Of the choice of items; the same seed gives the same bytes (default: 7).")
                    long seed,
            @Option(
                            names = "--items",
                            defaultValue = "64",
                            paramLabel = "N",
                            description = "Test items of each benchmark, and as many training items (default: 64).")
                    int items,
            @Option(
                            names = "--documents",
                            defaultValue = "0",
                            paramLabel = "N",
                            description = "Also writes the first N training documents, one JSON text a line, to"
                                    + " DIR/documents.jsonl (default: 0).")
                    int documents) {
        if (items < 1 || documents < 0) {
            throw new InputException(
                    "--items must be at least 1 and --documents at least 0, not %d and %d".formatted(items, documents));
        }
        CurriculumFiles.write(folder, seed, items);
        if (documents > 0) {
            DocumentFile.write(
                    folder.resolve("documents.jsonl"), new TrainingText(PaperProtocol.PROTOCOL, seed), documents);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println("%s: %d test items of each benchmark; read them with --data %1$s".formatted(folder, items));
        out.flush();
    }

    /** Either way of looking at a corpus. */
    private interface Look {
        List<SourceFile> files(Corpora corpora, Corpus corpus, PoolKind kind, FileOverride override);
    }

    /** Prints what is in order, then throws with one line for each problem. */
    private void report(Selection selection, Look look, List<String> header, Function<SourceFile, List<String>> cells) {
        selection.requireKnownFileKeys();
        Corpora corpora = new Corpora(selection.data, HadoopSettings.current());
        List<List<String>> rows = new ArrayList<>();
        rows.add(header);
        List<String> problems = new ArrayList<>();
        for (BenchmarkInfo benchmark : selection.benchmarks()) {
            for (SourceFile file : files(corpora, benchmark, selection.override(benchmark), look, problems)) {
                List<String> row = new ArrayList<>(List.of(benchmark.name()));
                row.addAll(cells.apply(file));
                rows.add(row);
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        print(rows, out);
        if (!problems.isEmpty()) {
            throw new InputException(String.join(System.lineSeparator(), problems));
        }
    }

    /** Where only the pool is at fault, the evaluation file is shown all the same. */
    private static List<SourceFile> files(
            Corpora corpora, BenchmarkInfo benchmark, FileOverride override, Look look, List<String> problems) {
        Corpus corpus = benchmark.corpus();
        // a file that was named is read whether or not the table's shots need it
        PoolKind kind = override.pool().isEmpty() ? benchmark.poolFor(benchmark.shots()) : benchmark.pool();
        try {
            return look.files(corpora, corpus, kind, override);
        } catch (InputException e) {
            problems.add(e.getMessage());
        }
        if (kind == PoolKind.NONE) {
            return List.of();
        }
        try {
            return look.files(corpora, corpus, PoolKind.NONE, override);
        } catch (InputException e) {
            if (!problems.contains(e.getMessage())) {
                problems.add(e.getMessage());
            }
            return List.of();
        }
    }

    private static void print(List<List<String>> rows, PrintWriter out) {
        int columns = rows.get(0).size();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < columns; column++) {
                int place = column;
                int width = rows.stream()
                        .mapToInt(each -> each.get(place).length())
                        .max()
                        .orElse(0);
                line.append(row.get(column))
                        .append(" ".repeat(width - row.get(column).length() + 2));
            }
            out.println(line.toString().stripTrailing());
        }
        out.flush();
    }
}
