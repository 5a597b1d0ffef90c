package mhc.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import mhc.datasets.InputException;
import mhc.model.probe.pipeline.Extensions;
import mhc.model.probe.pipeline.Machine;
import mhc.model.probe.pipeline.MoeShape;
import mhc.model.probe.pipeline.PipelinePlan;
import mhc.model.probe.pipeline.Step;
import mhc.model.probe.pipeline.Streams;
import org.junit.jupiter.api.Test;

class PipelineConfigReaderTest {
    @Test
    void everyKey() {
        List<PipelinePlan> plans = PipelineConfigReader.read(Settings.parse("""
                models:
                  small: {layers: 4, hidden: 64, expert: 32, routed: 8, heads: 2, ranks: 2}
                architecture: {active: 3, shared: 1, head-width: 16, rope-width: 8, latent-width: 24, vocabulary: 100}
                residual: {streams: 2, recompute: false, fused-gradient: true}
                extensions: {priority-write: false, yielding-attention: false, decoupled-recompute: true}
                gpu: {matmul-tflops: 10, matmul-efficiency: 0.6, attention-efficiency: 0.4, tf32-tflops: 5,
                  memory-gigabytes-per-second: 100, memory-efficiency: 0.9}
                network: {gigabytes-per-second: 7, multiprocessor-share: 0.2}
                step: {tokens: 128, micro-batches-per-rank: 3, copies: 1.5, dispatch-bytes: 1, combine-bytes: 4,
                  expert-ranks: 4, optimizer-ranks: 2}
                """));

        assertThat(plans)
                .containsExactly(new PipelinePlan(
                        new MoeShape("small", 4, 64, 32, 8, 3, 1, 2, 16, 8, 24, 100),
                        new Machine(10e12, 0.6, 0.4, 5e12, 100e9, 0.9, 7e9, 0.2),
                        new Step(2, 3, 128, 1.5, 1, 4, 4, 2),
                        new Streams(2, false, true),
                        new Extensions(false, false, true)));
    }

    /** What the configuration leaves out is what the committed one says. */
    @Test
    void theCommittedConfigurationSpellsOutTheDefaults() {
        Settings committed = Settings.read(Path.of("..", "conf", "plan-27b.yaml"));
        List<PipelinePlan> plans = PipelineConfigReader.read(committed);

        assertThat(plans).extracting(plan -> plan.shape().name()).containsExactly("3B", "9B", "27B");
        assertThat(PipelineConfigReader.read(Settings.parse(
                        "models: {27B: {layers: 30, hidden: 2560, expert: 1536, routed: 72, heads: 32, ranks: 8}}")))
                .containsExactly(plans.get(2));
    }

    @Test
    void allProblemsAtOnce() {
        assertThatThrownBy(() -> PipelineConfigReader.read(Settings.parse("""
                        models: {a: {hidden: 64, expert: 32, routed: 8, heads: 2, ranks: 2}}
                        gpu: {matmul-efficiency: 1.5}
                        network: {gigabytes-per-second: 0}
                        step: {micro-batches: 8}
                        """)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("models.a.layers is missing: give the number of layers")
                .hasMessageContaining("gpu.matmul-efficiency is 1.5: expected a number above 0 and at most 1")
                .hasMessageContaining("network.gigabytes-per-second is 0: expected a number above 0")
                .hasMessageContaining("unknown key step.micro-batches");
        assertThatThrownBy(() -> PipelineConfigReader.read(Settings.parse(
                        "models: {a: {layers: 4, hidden: 64, expert: 32, routed: 8, heads: 2, ranks: 3}}")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("models.a.ranks is 3: expected an even number of at most its 4 layers");
        assertThatThrownBy(() -> PipelineConfigReader.read(Settings.parse("step: {tokens: 128}")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("models is missing or empty");
    }
}
