package mhc.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.OptionalDouble;
import mhc.model.decoder.AttentionProgram;
import mhc.model.decoder.Linker;
import mhc.model.decoder.Script;
import mhc.model.decoder.TorchArchive;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention built from plain operations, for a device without a fused one, against the engine's fused one. */
class AttentionProgramTest {
    private static final String COMPARE = """
            def wave(self: __torch__.Program, heads: int, tokens: int, width: int, step: float) -> Tensor:
              return torch.sin(torch.arange(2 * heads * tokens * width, dtype=6) * step).view([2, heads, tokens, width])

            def hidden(self: __torch__.Program, queries: int, keys: int, mask: str) -> Optional[Tensor]:
              hidden = annotate(Optional[Tensor], None)
              if mask == "keys":
                hidden = torch.zeros([2, 1, 1, keys], dtype=6).masked_fill_(torch.arange(keys) > keys // 2, float("-inf"))
              if mask == "window":
                back = torch.arange(queries).unsqueeze(1) - torch.arange(keys)
                hidden = torch.zeros([1, 1, queries, keys], dtype=6).masked_fill_(back >= 3, -1e30)
              return hidden

            def apart(self: __torch__.Program, queries: int, keys: int, mask: str, most: int) -> float:
              q = self.wave(3, queries, 8, 1.7)
              k = self.wave(3, keys, 8, 2.3)
              v = self.wave(3, keys, 8, 0.9)
              hidden = self.hidden(queries, keys, mask)
              o, lse = __torch__.scaled_dot_product(q, k, v, hidden, mask == "causal", 0.35)
              blocks, sums = __torch__.scaled_dot_product_in_blocks(q, k, v, hidden, mask == "causal", 0.35, most)
              return max(float((o - blocks).abs().max().item()), float((lse - sums).abs().max().item()))

            def apart_from_bounded(self: __torch__.Program, queries: int, keys: int, mask: str, most: int) -> float:
              q = self.wave(3, queries, 8, 1.7)
              k = self.wave(3, keys, 8, 2.3)
              v = self.wave(3, keys, 8, 0.9)
              hidden = self.hidden(queries, keys, mask)
              scores = torch.tanh(torch.matmul(q.to(7), k.to(7).transpose(2, 3)) * 0.35 / 0.8) * 0.8
              if hidden is not None:
                scores = scores + hidden
              if mask == "causal":
                scores = scores.masked_fill(torch.ones([queries, keys], dtype=11).triu(1), float("-inf"))
              o = torch.matmul(torch.softmax(scores, -1), v.to(7))
              lse = torch.logsumexp(scores, [-1], False)
              blocks, sums = __torch__.scaled_dot_product_in_blocks(q, k, v, hidden, mask == "causal", 0.35, most)
              whole, together = __torch__.scaled_dot_product(q, k, v, hidden, mask == "causal", 0.35)
              return max(
                float((o - blocks).abs().max().item()),
                float((lse - sums).abs().max().item()),
                float((o - whole).abs().max().item()),
                float((lse - together).abs().max().item()),
              )
            """;

    @ParameterizedTest
    @CsvSource({
        "17, 17, causal, 1000000",
        "17, 17, causal, 500",
        "17, 17, causal, 1",
        "9, 40, none, 500",
        "9, 40, keys, 500",
        "17, 17, window, 500"
    })
    void blocksOfQueriesAreTheWhole(int queries, int keys, String mask, int most) throws IOException {
        assertThat(apart("apart", OptionalDouble.empty(), queries, keys, mask, most))
                .isLessThan(1e-5);
    }

    @ParameterizedTest
    @CsvSource({"17, 17, causal, 500", "1, 40, none, 500", "9, 40, keys, 1", "17, 17, window, 500"})
    void boundedScoresAreThoseOfTheFormula(int queries, int keys, String mask, int most) throws IOException {
        assertThat(apart("apart_from_bounded", OptionalDouble.of(0.8), queries, keys, mask, most))
                .isLessThan(1e-6);
        assertThat(apart("apart_from_bounded", OptionalDouble.of(1), queries, keys, mask, most))
                .isGreaterThan(1e-3);
    }

    /** The largest difference that a method finds. */
    private static double apart(String method, OptionalDouble cap, int queries, int keys, String mask, int most)
            throws IOException {
        Torch.start(1);
        Torch.prepareThread();
        String source = Linker.link(Script.module(COMPARE), AttentionProgram.scaledDotProduct(cap));
        try (NDManager manager = Torch.newManager("cpu");
                PtSymbolBlock block = JniUtils.loadModule(
                        (PtNDManager) manager, new ByteArrayInputStream(TorchArchive.of(source)), false, false);
                IValue apart = IValueUtils.runMethod(
                        block,
                        method,
                        IValue.from((long) queries),
                        IValue.from((long) keys),
                        IValue.from(mask),
                        IValue.from((long) most))) {
            return apart.toDouble();
        }
    }
}
