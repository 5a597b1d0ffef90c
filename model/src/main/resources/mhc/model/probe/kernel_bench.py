# Loops that are timed: an operation over rotated streams h and sublayer outputs f, w being fn, scale, base, mix, pre, post,
# comb. What a loop returns depends on its last result, so that a device has finished when it is there.


class Program(Module):
    __parameters__ = []
    __buffers__ = []
    training: bool
    w: List[Tensor]

    def time_hc_mix(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        out = h[0]
        for i in range(repeats):
            k = i % len(h)
            out = hc_mix(h[k], w[0], 1e-6)
        return float(out.flatten()[0].item())

    def time_hc_coeffs(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        out = h[0]
        for i in range(repeats):
            k = i % len(h)
            out = hc_coeffs(w[3], w[1], w[2], 4, 20, 1e-6, 2.0)[2]
        return float(out.flatten()[0].item())

    def time_hc_apply_pre(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        out = h[0]
        for i in range(repeats):
            k = i % len(h)
            out = hc_apply_pre(h[k], w[4])
        return float(out.flatten()[0].item())

    def time_hc_pre(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        out = h[0]
        for i in range(repeats):
            k = i % len(h)
            out = hc_pre(h[k], w[0], w[1], w[2], None, 4, 20, 1e-6, 1e-6, 2.0)[0]
        return float(out.flatten()[0].item())

    def time_hc_post(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        out = h[0]
        for i in range(repeats):
            k = i % len(h)
            out = hc_post(f[k], h[k], w[5], w[6])
        return float(out.flatten()[0].item())

    def time_hc_post_(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        out = h[0]
        for i in range(repeats):
            k = i % len(h)
            out = hc_post_(f[k], h[k], w[5], w[6])
        return float(out.flatten()[0].item())

    def time_hc_post_pre(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        out = h[0]
        for i in range(repeats):
            k = i % len(h)
            out = hc_post_pre(f[k], h[k], w[5], w[6], w[0], w[1], w[2], None, 20, 1e-6, 1e-6, 2.0)[1]
        return float(out.flatten()[0].item())

    def time_hc_post_pre_(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        out = h[0]
        for i in range(repeats):
            k = i % len(h)
            out = hc_post_pre_(f[k], h[k], w[5], w[6], w[0], w[1], w[2], None, 20, 1e-6, 1e-6, 2.0)[1]
        return float(out.flatten()[0].item())

    def time_hc_head(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        out = h[0]
        for i in range(repeats):
            k = i % len(h)
            out = hc_head(h[k], w[0].narrow(0, 0, 4), w[1].narrow(0, 0, 1), w[2].narrow(0, 0, 4), 1e-6, 1e-6)
        return float(out.flatten()[0].item())

    def time_site(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        out = h[0]
        for i in range(repeats):
            k = i % len(h)
            out = whole_site(h[k], f[k], w)
        return float(out.flatten()[0].item())

    def time_copy(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        out = h[0]
        for i in range(repeats):
            k = i % len(h)
            out = h[1 - k].copy_(h[k], False)
        return float(out.flatten()[0].item())

    def time_fresh_h(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        out = h[0]
        for i in range(repeats):
            k = i % len(h)
            out = torch.empty_like(h[k]).fill_(1.0)
        return float(out.flatten()[0].item())

    def time_again_h(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        out = h[0]
        for i in range(repeats):
            k = i % len(h)
            out = h[k].fill_(1.0)
        return float(out.flatten()[0].item())

    def time_fresh_f(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        out = h[0]
        for i in range(repeats):
            k = i % len(h)
            out = torch.empty_like(f[k]).fill_(1.0)
        return float(out.flatten()[0].item())

    def time_again_f(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        out = h[0]
        for i in range(repeats):
            k = i % len(h)
            out = f[k].fill_(1.0)
        return float(out.flatten()[0].item())

    def time_product(self: Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
        out = h[0]
        for i in range(repeats):
            k = i % len(h)
            out = torch.linear(h[0], h[1])
        return float(out.flatten()[0].item())


# A site with its sublayer between the two halves.
def whole_site(h: Tensor, f: Tensor, w: List[Tensor]) -> Tensor:
    y, post, comb = hc_pre(h, w[0], w[1], w[2], None, 4, 20, 1e-6, 1e-6, 2.0)
    return hc_post_(f, h, post, comb)
