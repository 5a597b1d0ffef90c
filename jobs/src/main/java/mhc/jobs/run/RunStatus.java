package mhc.jobs.run;

import static mhc.jobs.run.TextColumns.count;
import static mhc.jobs.run.TextColumns.name;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import mhc.jobs.config.HadoopSettings;

/** How far a run is, read from its directory without Spark. */
public final class RunStatus {
    private RunStatus() {}

    /**
     * A table of committed and planned shards, one line for each part file that does not count, and one that says
     * whether the run is complete.
     *
     * @param verify whether every row and checksum is held against the files' stamps and the manifest
     */
    public static String describe(String uri, boolean verify) {
        RunDirectory run = RunDirectory.at(uri, HadoopSettings.current());
        JsonNode start = run.start();
        StringBuilder text = new StringBuilder();
        text.append("%s (%s protocol), %s%n%n"
                .formatted(start.path("name").asText(), start.path("protocol").asText(), run.root()));
        TextColumns table =
                TextColumns.of(name("model", 20), name("benchmark", 12), count("shards", 9), count("of", 9));
        text.append(table.header()).append('\n');
        RunParts parts = new RunParts(run, start);
        RunParts.Depth depth = verify ? RunParts.Depth.CONTENT : RunParts.Depth.FOOTER;
        List<RunParts.Fault> faults = new ArrayList<>();
        int missing = 0;
        for (JsonNode model : start.path("models")) {
            for (JsonNode benchmark : start.path("benchmarks")) {
                String modelName = model.path("name").asText();
                String benchmarkName = benchmark.path("name").asText();
                int committed =
                        parts.committed(modelName, benchmarkName, depth, faults).size();
                int planned = benchmark.path("shards").asInt();
                missing += planned - committed;
                text.append(table.line(modelName, benchmarkName, committed, planned))
                        .append('\n');
            }
        }
        Optional<JsonNode> manifest = run.manifest();
        faults.forEach(fault -> text.append("%n%s".formatted(fault)));
        String verdict = manifest.isPresent() && missing == 0
                ? "complete: the manifest is written"
                : missing == 0
                        ? "evaluated, not reported: start the same run again to write its report"
                        : "unfinished, " + missing + " shards left: start the same run again to continue it";
        text.append("%n%s%n".formatted(verdict));
        RunLease.owner(run).ifPresent(owner -> text.append("%nIn use by %s%n".formatted(owner)));
        run.progress().map(RunProgress::of).ifPresent(progress -> {
            text.append("%s: %s%n".formatted(progress.time(), progress));
            progress.running().forEach(shard -> text.append("  %s%n".formatted(shard)));
        });
        manifest.flatMap(FailureCheck::complaint).ifPresent(complaint -> text.append(complaint + "%n".formatted()));
        return text.toString();
    }
}
