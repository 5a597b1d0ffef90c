package mhc.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mhc.model.InferenceOptions;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.decoder.KernelPath;
import mhc.model.decoder.PackedWeights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A program that says that it runs on fused kernels calls them, and one that says reference calls none. */
class FusedProgramTest {
    private static final Pattern OPERATION = Pattern.compile("ops\\.mhc\\.(\\w+)");

    private static Checkpoint checkpoint(String residual, String mode, boolean dynamic, String collapse) {
        ObjectNode config = Families.config("llama", residual);
        if (!residual.equals("none")) {
            config.put("hc_mode", mode).put("hc_dynamic", dynamic).put("hc_collapse", collapse);
        }
        return Checkpoint.open(Families.write(config));
    }

    private static Map<String, Integer> operations(String source) {
        Map<String, Integer> operations = new TreeMap<>();
        Matcher found = OPERATION.matcher(source);
        while (found.find()) {
            operations.merge(found.group(1), 1, Integer::sum);
        }
        return operations;
    }

    @ParameterizedTest
    @CsvSource({
        "mhc, standard, true, head, FUSED, 'hc_head=1, hc_post_=1, hc_post_pre_=1, hc_pre=1'",
        "mhc, standard, true, mean, FUSED, 'hc_post_=1, hc_post_pre_=1, hc_pre=1'",
        "mhc, standard, false, head, FUSED, 'hc_apply_pre=1, hc_coeffs=1, hc_head=1, hc_post_=1'",
        "mhc, single-pass, true, last-pre, FUSED, 'hc_apply_pre=2, hc_coeffs=1, hc_mix=1, hc_post_=1'",
        "mhc, single-pass, false, sum, FUSED, 'hc_apply_pre=1, hc_coeffs=1, hc_post_=1'",
        "hc, standard, true, sum, FUSED_APPLY, 'hc_apply_pre=1, hc_post_=1'",
        "hc, standard, false, head, FUSED_APPLY, 'hc_apply_pre=2, hc_post_=1'",
        "hc, single-pass, true, last-pre, FUSED_APPLY, 'hc_apply_pre=2, hc_post_=1'",
        "mhc, standard, true, head, REFERENCE, ''",
        "hc, standard, true, sum, REFERENCE, ''",
        "none, standard, true, mean, NONE, ''"
    })
    void theLoadedProgramCallsTheOperationsOfItsPath(
            String residual, String mode, boolean dynamic, String collapse, KernelPath path, String expected) {
        Tiny.onKernels(path.toString().startsWith("fused") ? "fused" : "reference");
        try (TorchProgram program =
                TorchProgram.load(checkpoint(residual, mode, dynamic, collapse), InferenceOptions.DEFAULT, path)) {
            assertThat(operations(program.source())).hasToString("{" + expected + "}");
        }
    }

    @Test
    void noResidualTakesAnothersPath() {
        Checkpoint plain = checkpoint("none", "standard", true, "mean");
        assertThatThrownBy(() -> ProgramModule.source(plain.program(), KernelPath.FUSED, PackedWeights.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("residual none has no kernels fused but none");
        Checkpoint free = checkpoint("hc", "standard", true, "sum");
        assertThatThrownBy(() -> ProgramModule.source(free.program(), KernelPath.FUSED, PackedWeights.NONE))
                .hasMessage("residual hc has no kernels fused but fused-apply");
    }

    @Test
    void productsArePackedWhereTheyAreSaidToBe() {
        Checkpoint plain = checkpoint("none", "standard", true, "mean");
        assertThat(ProgramModule.source(plain.program(), KernelPath.NONE, PackedWeights.ONEDNN))
                .contains("q = __torch__.linear(x, w[0], None)")
                .contains("ops.mkldnn._linear_pointwise(");
        assertThat(ProgramModule.source(plain.program(), KernelPath.NONE, PackedWeights.NONE))
                .contains("q = torch.linear(x, w[0], None)")
                .doesNotContain("mkldnn");
    }
}
