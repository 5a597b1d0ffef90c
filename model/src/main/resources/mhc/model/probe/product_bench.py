# Loops that are timed: a product over x = h[0] with one form of each of some matrices, one after the other. `prepare` makes
# `repeats` equal ones: [rows..., oneDNN's order..., panels...].


class Program(Module):
    __parameters__ = []
    __buffers__ = []
    training: bool
    w: List[Tensor]

    def prepare(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        rows = [torch.clone(w[0]) for i in range(repeats)]
        self.w = rows + [ops.mkldnn._reorder_linear_weight(row) for row in rows]
        self.w.extend([ops.mhc_decoder.panels(row) for row in rows])
        return float(self.w[-1].dim())

    def time_rows(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        out = h[0]
        count = len(self.w) // 3
        for i in range(repeats):
            out = torch.linear(h[0], self.w[i % count])
        return float(out.flatten()[0].item())

    def time_onednn(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        out = h[0]
        count = len(self.w) // 3
        for i in range(repeats):
            matrix = self.w[count + i % count]
            out = ops.mkldnn._linear_pointwise(h[0], matrix, None, "none", annotate(List[Optional[number]], []), "")
        return float(out.flatten()[0].item())

    def time_panels(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        out = h[0]
        count = len(self.w) // 3
        for i in range(repeats):
            out = ops.mhc_decoder.panel_product(h[0], self.w[2 * count + i % count], None)
        return float(out.flatten()[0].item())
