package mhc.jobs.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When a finished run has too few answers to be one. */
class FailureCheckTest {
    private static ObjectNode manifest(double maxFailed) {
        ObjectNode manifest = RunDirectory.object();
        manifest.putObject("config").putObject("faults").put("max-failed", maxFailed);
        manifest.putArray("counts");
        return manifest;
    }

    private static void count(ObjectNode manifest, String benchmark, long examples, Map<String, Long> failures) {
        ObjectNode count = ((ArrayNode) manifest.get("counts")).addObject();
        count.put("model", "mhc").put("benchmark", benchmark).put("examples", examples);
        failures.forEach(count.putObject("failures")::put);
    }

    @Test
    void exactlyAsManyAsAreAllowedMayFail() {
        ObjectNode manifest = manifest(0.005);
        count(manifest, "gsm8k", 200, Map.of("time-limit", 1L));
        count(manifest, "piqa", 10, Map.of());

        assertThat(FailureCheck.complaint(manifest)).isEmpty();
    }

    @Test
    void theSentenceNamesTheClassAndTheRemedy() {
        ObjectNode manifest = manifest(0.005);
        count(manifest, "gsm8k", 200, Map.of("time-limit", 113L));

        assertThat(FailureCheck.complaint(manifest))
                .hasValue("113 of 200 examples of mhc on gsm8k failed (time-limit 113), more than 0.5%: raise"
                        + " faults.example-seconds, then start the same run with --retry-failed, or with a higher"
                        + " faults.max-failed");
    }

    @Test
    void severalBenchmarksAreOneSentence() {
        ObjectNode manifest = manifest(0);
        count(manifest, "gsm8k", 200, Map.of("memory", 1L, "model", 2L));
        count(manifest, "piqa", 200, Map.of("scoring", 1L));

        assertThat(FailureCheck.complaint(manifest).orElseThrow())
                .startsWith("3 of 200 examples of mhc on gsm8k failed (memory 1, model 2), more than 0% (and so for 1"
                        + " more, see the report): give the machine more memory, see the column reason")
                .hasLineCount(1);
    }
}
