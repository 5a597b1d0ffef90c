package mhc.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class BinderTest {
    private static String f(Binder binder) {
        return binder.script().definitions().get("f");
    }

    @Test
    void fillsNumbersFlagsListsAndWeights() {
        String text = """
                def f(x: Tensor, w: List[Tensor]) -> Tensor:
                    if BIASED:
                        x = linear(x, w.q_proj, w.q_proj_bias)
                    return rest(x.to(FLOAT32) * SCALE + HEADS + ROWS[0], w.rest, w.last)
                """;
        List<TensorSpec> tensors = List.of(
                TensorSpec.of("model.layers.0.self_attn.q_proj.weight", 4, 4),
                TensorSpec.of("model.layers.0.self_attn.q_proj.bias", 4));
        assertThat(f(Binder.of(text)
                        .set("BIASED", true)
                        .set("SCALE", 0.5)
                        .set("HEADS", 3)
                        .set("ROWS", List.of(1, 2))
                        .weights(tensors)
                        .weights("rest", 2, 5)
                        .weightsFrom("last", 5)))
                .isEqualTo("""
                        def f(x: Tensor, w: List[Tensor]) -> Tensor:
                            if True:
                                x = linear(x, w[0], w[1])
                            return rest(x.to(6) * 0.5 + 3 + [1, 2][0], w[2:5], w[5:])
                        """);
    }

    @Test
    void leavesRemarksTextsAndOtherNamesAlone() {
        String text = """
                def f(raw: List[Tensor]) -> str:
                    # HEADS of w.q_proj
                    return "HEADS w.q_proj" + raw.w.q_proj + T + Tensor_HEADS
                """;
        assertThat(f(Binder.of(text))).isEqualTo(text);
    }

    @Test
    void absentWeightsAreNone() {
        Binder binder =
                Binder.of("def f(w):\n    return g(w.a, w.b)\n").weight("a", 7).optional("a", "b");
        assertThat(f(binder)).isEqualTo("def f(w):\n    return g(w[7], None)\n");
    }

    @Test
    void refusesWhatIsLeftOpen() {
        assertThatThrownBy(() ->
                        Binder.of("def f(w):\n    return w.q_porj * HAEDS\n").script())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("left open [HAEDS, w.q_porj]");
    }

    @Test
    void refusesWhatNoFileAsksFor() {
        assertThatThrownBy(() -> Binder.of("def f(w):\n    return 1\n")
                        .set("HEADS", 1)
                        .optional("q_proj")
                        .script())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("without being used [HEADS, w.q_proj]");
    }

    @Test
    void refusesASecondValue() {
        assertThatThrownBy(() -> Binder.of("").set("HEADS", 1).set("HEADS", 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("HEADS is bound already");
        assertThatThrownBy(() -> Binder.of("").set("FLOAT32", 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesAFileThatIsNotThere() {
        assertThatThrownBy(() -> Binder.of(Script.class, "absent.py"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no absent.py");
    }
}
