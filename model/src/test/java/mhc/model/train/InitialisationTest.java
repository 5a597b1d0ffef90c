package mhc.model.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import mhc.model.decoder.ModelConfig;
import mhc.model.decoder.Program;
import mhc.model.decoder.TensorSpec;
import org.junit.jupiter.api.Test;

class InitialisationTest {
    @Test
    void sharedTensorsHaveTheSameValuesForEveryResidual() {
        Map<String, float[]> none = values("none", EnumSet.allOf(Mapping.class));
        for (String residual : new String[] {"hc", "mhc"}) {
            Map<String, float[]> other = values(residual, EnumSet.allOf(Mapping.class));
            assertThat(other).hasSizeGreaterThan(none.size());
            none.forEach((name, values) -> assertThat(other.get(name)).as(name).isEqualTo(values));
        }
    }

    @Test
    void hyperConnectionsBeginAsPublished() {
        Map<String, float[]> hc = values("hc", EnumSet.allOf(Mapping.class));

        // Sublayer 3 of three streams reads stream 0.
        assertThat(hc.get("model.layers.1.ffn_hc.base")).containsExactly(1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1);
        assertThat(hc.get("model.layers.1.ffn_hc.scale")).containsExactly(0.01f, 0.01f, 0.01f);
        assertThat(hc.get("model.layers.1.ffn_hc.fn")).containsOnly(0);
    }

    @Test
    void mhcBeginsByOneStreamForEachSublayerAndWithoutMixing() {
        Map<String, float[]> mhc = values("mhc", EnumSet.allOf(Mapping.class));

        assertThat(mhc.get("model.layers.0.ffn_hc.base"))
                .containsExactly(-1, 1, -1, -1, 1, -1, 0, -8, -8, -8, 0, -8, -8, -8, 0);
        assertThat(mhc.get("model.hc_head.hc_base")).containsOnly(0);
    }

    @Test
    void anAblationOfHyperConnectionsReadsTheMean() {
        Map<String, float[]> hc = values("hc", EnumSet.of(Mapping.RES, Mapping.POST));

        assertThat(Arrays.copyOf(hc.get("model.layers.0.attn_hc.base"), 4)).containsExactly(1 / 3f, 1 / 3f, 1 / 3f, 1);
    }

    private Map<String, float[]> values(String residual, EnumSet<Mapping> learned) {
        Shape shape = new Shape(16, 2, 2, 1, 24, 64, 64, 3, 20, true);
        ModelConfig config = ModelConfig.of(shape.config(residual, 0, "test"));
        Initialisation initialisation = new Initialisation(config, learned, 9);
        Map<String, float[]> values = new HashMap<>();
        for (TensorSpec spec : Program.of(config).tensors()) {
            values.put(spec.name(), initialisation.values(spec));
        }
        values.remove("(rotary frequencies)");
        return values;
    }
}
