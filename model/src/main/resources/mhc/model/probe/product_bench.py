# Loops that are timed: a product over x = h[0] with each form of one matrix, which `prepare` makes.


class Program(Module):
    __parameters__ = []
    __buffers__ = []
    training: bool
    w: List[Tensor]

    def prepare(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        matrix = w[0]
        self.w = [matrix, ops.mkldnn._reorder_linear_weight(matrix), ops.mhc_decoder.panels(matrix)]
        return float(self.w[2].dim())

    def time_rows(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        out = h[0]
        for i in range(repeats):
            out = torch.linear(h[0], self.w[0])
        return float(out.flatten()[0].item())

    def time_onednn(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        out = h[0]
        for i in range(repeats):
            out = ops.mkldnn._linear_pointwise(h[0], self.w[1], None, "none", annotate(List[Optional[number]], []), "")
        return float(out.flatten()[0].item())

    def time_panels(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        out = h[0]
        for i in range(repeats):
            out = ops.mhc_decoder.panel_product(h[0], self.w[2], None)
        return float(out.flatten()[0].item())
