package mhc.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import mhc.model.decoder.Linker.Replacement;
import org.junit.jupiter.api.Test;

class LinkerTest {
    private static final Script MODULE = Script.module("""
            def run(self: Program, x: Pair) -> Tensor:
                return outer(x, 1) + self.other(len("inner(")).inner()
            """);
    private static final Script FUNCTIONS = Script.parse("the test", """
            class Pair(NamedTuple):
                left: Tensor  # not inner(left)

            # outer(x) is a remark on the next definition.
            def outer(x: Pair, inner: int) -> Tensor:
                return inner(x.left) * inner

            def inner(x: Tensor) -> Tensor:
                return torch.neg(x)

            def idle(x: Tensor) -> Tensor:
                return inner(x)
            """);

    private static String link(Replacement... replacements) {
        return Linker.link(List.of(MODULE, FUNCTIONS), List.of(replacements));
    }

    @Test
    void takesWhatIsReachedUnderItsFullName() {
        assertThat(link()).isEqualTo("""
                class Program(Module):
                    __parameters__ = []
                    __buffers__ = []
                    training: bool
                    w: List[Tensor]

                    def run(self: __torch__.Program, x: __torch__.Pair) -> Tensor:
                        return __torch__.outer(x, 1) + self.other(len("inner(")).inner()

                class Pair(NamedTuple):
                    left: Tensor  # not inner(left)

                def outer(x: __torch__.Pair, inner: int) -> Tensor:
                    return __torch__.inner(x.left) * inner

                def inner(x: Tensor) -> Tensor:
                    return torch.neg(x)
                """);
    }

    @Test
    void putsAnOperationInAFunctionsPlace() {
        assertThat(link(new Replacement("inner", "ops.mhc.inner", 1)))
                .contains("return ops.mhc.inner(x.left) * inner")
                .doesNotContain("torch.neg");
    }

    @Test
    void refusesAReplacementForNoFunction() {
        assertThatThrownBy(() -> link(new Replacement("renamed", "ops.mhc.renamed", 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("ops.mhc.renamed is to replace renamed, which no script defines");
    }

    @Test
    void refusesAReplacementThatIsCalledAnotherNumberOfTimes() {
        assertThatThrownBy(() -> link(new Replacement("inner", "ops.mhc.inner", 2)))
                .hasMessage("The program calls ops.mhc.inner 1 times, expected 2");
        assertThatThrownBy(() -> link(new Replacement("idle", "ops.mhc.idle", 1)))
                .hasMessage("The program calls ops.mhc.idle 0 times, expected 1");
        assertThatThrownBy(() -> link(new Replacement("idle", "ops.mhc.idle", 0)))
                .hasMessage("The program calls ops.mhc.idle 0 times, expected at least once");
    }

    @Test
    void refusesACallOfNothing() {
        assertThatThrownBy(() -> Linker.link(MODULE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Program calls outer, which no script defines");
    }

    @Test
    void refusesTwoDefinitions() {
        assertThatThrownBy(() -> Linker.link(MODULE, FUNCTIONS, FUNCTIONS))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is defined by two scripts");
        assertThatThrownBy(() -> Script.parse("a.py", "def f() -> int:\n    return 1\ndef f() -> int:\n    return 2\n"))
                .hasMessage("f is defined twice in a.py");
    }
}
