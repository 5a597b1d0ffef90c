# The training of a decoder: the methods of its module, then functions. The decoder's plain tensor operations are
# differentiated as they stand, but for those that have a counterpart here (see TrainingProgram).
# Shapes: B rows of S tokens, V vocabulary. The tensors w are the rotary frequencies and then, N each: weights, AdamW's first
# moments, its second moments, and what is learned of each weight (1 or 0, or empty where all is).


class Program(Module):
    __parameters__ = []
    __buffers__ = []
    training: bool
    w: List[Tensor]

    def start(self: Program, ws: List[Tensor]) -> int:
        self.w = ws
        return len(ws)

    def forward(self: Program, ids: Tensor, numbers: Tensor) -> List[Tensor]:
        # ids [B,S]. The loss, the norm of its gradient and, where there are no numbers, the gradient by each weight. With numbers
        # (learning rate, time of the optimiser from 1, clip, decay, beta1, beta2, eps) the weights are updated; where loss or norm
        # is not finite they stay.
        count = (len(self.w) - 1) // 4
        w = self.w[1:1 + count]
        loss = losses(self.w, ids).mean()
        gradients = gradients_of(loss, w, self.w[1 + 3 * count:])
        norm = norm_of(gradients)
        found = [torch.detach(loss), norm]
        if torch.numel(numbers) == 0:
            found.extend(gradients)
        else:
            settings = annotate(List[float], numbers.tolist())
            if bool(torch.isfinite(found[0] + norm).item()):
                factor = settings[2] / float(norm.item())
                if factor < 1.0:
                    for gradient in gradients:
                        gradient.mul_(factor)
                adamw(w, gradients, self.w[1 + count:1 + 2 * count], self.w[1 + 2 * count:1 + 3 * count], settings)
        return found

    def held_out(self: Program, ids: Tensor) -> Tensor:
        # The mean loss of each row, [B].
        return losses(self.w, ids).mean([1])



def losses(w: List[Tensor], ids: Tensor) -> Tensor:
    # [B,S-1]: every token of a row but the first is predicted from those before it.
    rows, length = ids.size(0), ids.size(1)
    h = whole_sequences(w, ids, annotate(Optional[List[Tensor]], None))
    before = h.view([rows, length, -1]).narrow(1, 0, length - 1).flatten(0, 1)
    targets = ids.narrow(1, 1, length - 1).flatten()
    return torch.cross_entropy_loss(logits(w, before), targets, None, 0).view([rows, length - 1])


def gradients_of(loss: Tensor, w: List[Tensor], learned: List[Tensor]) -> List[Tensor]:
    made = annotate(List[Tensor], [])
    found = torch.grad([loss], w, None, None, False, True)
    for i in range(len(w)):
        gradient = found[i]
        if gradient is None:
            made.append(torch.zeros_like(w[i]))
        elif torch.numel(learned[i]) > 0:
            made.append(gradient * learned[i])
        else:
            made.append(gradient)
    return made


def norm_of(gradients: List[Tensor]) -> Tensor:
    squares = annotate(List[Tensor], [])
    for gradient in gradients:
        squares.append((gradient * gradient).sum())
    return torch.sqrt(torch.stack(squares).sum())


def adamw(w: List[Tensor], gradients: List[Tensor], firsts: List[Tensor], seconds: List[Tensor], settings: List[float]) -> int:
    # arXiv 1711.05101, in the order of torch.optim.AdamW. Matrices decay, vectors do not.
    rate, time, decay, beta1, beta2, eps = settings[0], settings[1], settings[3], settings[4], settings[5], settings[6]
    bias1 = 1.0 - beta1 ** time
    bias2 = 1.0 - beta2 ** time
    for i in range(len(w)):
        x = torch.detach(w[i])
        gradient = gradients[i]
        if x.dim() > 1:
            x.mul_(1.0 - rate * decay)
        first = firsts[i].lerp_(gradient, 1.0 - beta1)
        second = seconds[i].mul_(beta2).addcmul_(gradient, gradient, value=1.0 - beta2)
        x.addcdiv_(first, torch.sqrt(second).div_(bias2 ** 0.5).add_(eps), value=-(rate / bias1))
    return len(w)


def sinkhorn_trained(logits: Tensor, iters: int, eps: float) -> Tensor:
    # As sinkhorn, by the factors of rows and columns and with tokens last, so that sums over streams add whole vectors and few
    # large tensors wait for the gradient. [T,n,n] -> [T,n,n]
    k = torch.softmax(torch.contiguous(logits.permute([1, 2, 0])), 1) + eps
    column = torch.reciprocal(k.sum([0], False) + eps)
    row = torch.ones_like(column)
    for i in range(iters - 1):
        row = row * torch.reciprocal(row * (k * column.unsqueeze(0)).sum([1], False) + eps)
        column = column * torch.reciprocal(column * (k * row.unsqueeze(1)).sum([0], False) + eps)
    return (k * row.unsqueeze(1) * column.unsqueeze(0)).permute([2, 0, 1])


def hc_mix_trained(h: Tensor, fn: Tensor, norm_eps: float) -> Tensor:
    # As hc_mix, divided by the norm at the end (arXiv 2512.24880 Eq. 14-16).
    x = h.flatten(1).to(fn.dtype)
    return torch.linear(x, fn) * reciprocal_rms(x, norm_eps)


def hc_mix_single(h: Tensor, fn: Tensor, norm_eps: float) -> Tensor:
    # As hc_mix of unconstrained streams, but in float32.
    return torch.tanh(torch.linear(h, fn) * reciprocal_rms(h, norm_eps))


def reciprocal_rms(x: Tensor, eps: float) -> Tensor:
    return torch.rsqrt(torch.linalg_vector_norm(x, 2, [-1], True) ** 2 / x.size(-1) + eps)


def hc_apply_pre_trained(h: Tensor, pre: Tensor) -> Tensor:
    return torch.bmm(pre.unsqueeze(1), h).squeeze(1)


def hc_post_trained(f: Tensor, h: Tensor, post: Tensor, comb: Tensor) -> Tensor:
    # One product [T,n,n+1] x [T,n+1,C] of streams and sublayer.
    weights = torch.cat([comb, post.unsqueeze(1)], 1).transpose(1, 2)
    return torch.bmm(weights, torch.cat([h, f.unsqueeze(1)], 1))
