package mhc.jobs.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import mhc.datasets.InputException;
import mhc.datasets.RecordedPools;
import mhc.eval.Answer;
import mhc.eval.BenchmarkInfo;
import mhc.eval.lmeval.parity.ParityCheck;
import mhc.eval.lmeval.parity.ParityReport;
import mhc.eval.lmeval.parity.ParityReport.Kind;
import mhc.eval.lmeval.parity.Recording;
import mhc.jobs.config.HadoopSettings;
import mhc.model.InferenceOptions;
import mhc.model.LanguageModel;
import mhc.model.engine.LanguageModels;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Holds this project's lm-eval protocol, and a model, against recorded runs of lm-evaluation-harness. */
@Command(
        name = "parity",
        mixinStandardHelpOptions = true,
        description = {
            "Compare prompts, extracted answers and metrics with recorded runs of lm-evaluation-harness;",
            "exit status 1 on any mismatch. With --model the recordings of that kind of model are asked again:",
            "those named <task>.<residual>.jsonl with the model's own residual kind."
        })
final class ParityCommand implements Callable<Integer> {
    private static final List<String> ANSWERERS = List.of("canned", "none", "hc", "mhc");
    private static final int SHOWN = 5;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "Folder of recordings, <task>.<answerer>.jsonl.")
    private Path folder;

    @Option(
            names = "--data",
            paramLabel = "ROOT",
            required = true,
            description = "Data root that holds the few-shot pools of the recordings.")
    private String data;

    @Option(names = "--model", paramLabel = "PATH", description = "Checkpoint to ask.")
    private Path model;

    @Option(names = "--threads", paramLabel = "N", description = "Engine threads (default: all cores).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() throws IOException {
        List<Path> files = recordings();
        RecordedPools pools = new RecordedPools(data, HadoopSettings.current());
        List<ParityReport> reports = new ArrayList<>();
        if (model == null) {
            for (Path file : files) {
                Recording recording = Recording.read(file);
                reports.add(show(file, check(recording, pools).replay(), false));
            }
        } else {
            try (LanguageModel asked = LanguageModels.open(model, InferenceOptions.DEFAULT.withThreads(threads))) {
                for (Path file : files) {
                    Recording recording = Recording.read(file);
                    ParityCheck check = check(recording, pools);
                    boolean ask = isOf(asked.info().residual(), file);
                    reports.add(show(file, ask ? check.compare(answers(asked, check)) : check.replay(), ask));
                }
            }
        }
        return summarize(reports);
    }

    private List<Path> recordings() throws IOException {
        List<Path> files = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> listing = Files.newDirectoryStream(folder, "*.jsonl")) {
                listing.forEach(files::add);
            }
        }
        if (files.isEmpty()) {
            throw new InputException(folder + " holds no recording: give a folder of files <task>.<answerer>.jsonl");
        }
        files.sort(null);
        return files;
    }

    /** A name that says nothing of the answerer is taken as the model's. */
    private static boolean isOf(String residual, Path file) {
        String[] parts = file.getFileName().toString().split("\\.");
        String answerer = parts.length > 2 ? parts[parts.length - 2] : "";
        return answerer.equals(residual) || !ANSWERERS.contains(answerer);
    }

    private static ParityCheck check(Recording recording, RecordedPools pools) {
        BenchmarkInfo info = recording.benchmark().info();
        return ParityCheck.of(recording, pools.of(info.name(), info.corpus(), info.poolFor(recording.shots())));
    }

    private static List<Answer> answers(LanguageModel model, ParityCheck check) {
        Answer[] answers = new Answer[check.requests().size()];
        model.answer(check.requests(), (index, answer) -> answers[index] = answer);
        return List.of(answers);
    }

    private ParityReport show(Path file, ParityReport report, boolean asked) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "%-72s %s %4d documents; mismatches: context %d, filtered %d, metric %d, result %d",
                file.getFileName(),
                asked ? "asked   " : "replayed",
                report.documents(),
                report.mismatches(Kind.REQUEST),
                report.mismatches(Kind.FILTERED),
                report.mismatches(Kind.METRIC),
                report.mismatches(Kind.RESULT));
        if (asked) {
            out.printf(
                    ", log-likelihood %d/%d, text %d/%d, near ties %d",
                    report.mismatches(Kind.LOG_LIKELIHOOD),
                    report.compared(Kind.LOG_LIKELIHOOD),
                    report.mismatches(Kind.TEXT),
                    report.compared(Kind.TEXT),
                    report.nearTies().size());
        }
        out.println();
        report.nearTies().forEach(line -> out.println("    near tie: " + line));
        report.first().stream().limit(SHOWN).forEach(line -> out.println("    " + line));
        out.flush();
        return report;
    }

    private int summarize(List<ParityReport> reports) {
        long differing = reports.stream().filter(report -> !report.agrees()).count();
        int documents = reports.stream().mapToInt(ParityReport::documents).sum();
        int nearTies =
                reports.stream().mapToInt(report -> report.nearTies().size()).sum();
        spec.commandLine()
                .getOut()
                .printf(
                        "%d recordings, %d documents, %d near ties, %d recordings with mismatches%n",
                        reports.size(), documents, nearTies, differing);
        return differing == 0 ? 0 : 1;
    }
}
