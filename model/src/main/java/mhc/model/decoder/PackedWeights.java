package mhc.model.decoder;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Matrices in the order in which the engine's own product (oneDNN) reads them. An x86 processor multiplies by them faster
 * than by rows as they are stored, most of all few tokens: a decoding step reads each weight once, in sequence. They are
 * copies in memory, where float32 weights as stored stay in their mapped file.
 */
public enum PackedWeights {
    /** Weights stay as they are stored: other devices, where libraries pack for themselves. */
    NONE,
    ONEDNN;

    /** On some processors (AMD family 26, libtorch 2.7.1, 172 rows) the packed product is wrong, so each is tried first. */
    private static final String PACK = """
              def pack(self: __torch__.Program, multiplied: List[int]) -> int:
                # How many stay in rows, because their packed product is another one; copied too, so that no file is needed.
                left = 0
                for i in multiplied:
                  packed = ops.mkldnn._reorder_linear_weight(self.w[i])
                  if __torch__.multiplies_alike(self.w[i], packed):
                    self.w[i] = packed
                  else:
                    self.w[i] = torch.clone(self.w[i])
                    left = left + 1
                return left

            """;

    private static final String LINEAR = """

            def linear(x: Tensor, w: Tensor, bias: Optional[Tensor]=None) -> Tensor:
              if ops.prim.is_mkldnn(w):
                return ops.mkldnn._linear_pointwise(x, w, bias, "none", annotate(List[Optional[number]], []), "")
              return torch.linear(x, w, bias)

            def multiplies_alike(w: Tensor, packed: Tensor) -> bool:
              # One row and many take different ways through the engine.
              for rows in [1, 64]:
                x = torch.linspace(-1, 1, rows * w.size(1), dtype=w.dtype, device=w.device).view([rows, w.size(1)])
                expected = torch.linear(x, w)
                got = __torch__.linear(x, packed)
                if bool(((got - expected).abs().max() > 1e-3 * expected.abs().max() + 1e-6).item()):
                  return False
              return True
            """;

    /** @param device {@code cpu}, {@code cuda} or {@code cuda:N} */
    public static PackedWeights on(String device) {
        String processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return device.equals("cpu") && processor.equals("amd64") ? ONEDNN : NONE;
    }

    /** Indices of the tensors to pack: float32 ones, since other types have no packed product on every processor. */
    public int[] of(List<TensorSpec> tensors, ComputeType type) {
        if (this == NONE) {
            return new int[0];
        }
        return IntStream.range(0, tensors.size())
                .filter(i -> tensors.get(i).onlyMultiplied())
                .filter(i -> type == ComputeType.FLOAT32 || tensors.get(i).kind() != TensorSpec.Kind.COMPUTE)
                .toArray();
    }

    /** The program with its products taken from either form of a matrix, and a method that packs some. */
    public String rewrite(String source) {
        if (this == NONE) {
            return source;
        }
        return source.replace(TorchArchive.MODULE_HEADER, TorchArchive.MODULE_HEADER + PACK)
                        .replace("torch.linear(", "__torch__.linear(")
                + LINEAR;
    }
}
