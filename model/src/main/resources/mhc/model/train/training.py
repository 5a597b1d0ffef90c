# What Java calls in training, by TrainingProgram. The decoder's plain tensor operations are differentiated as they stand.
# Shapes: B rows of S tokens, V vocabulary. The module's tensors are the rotary frequencies and then, N each: weights, AdamW's
# first moments, its second moments, and what is learned of each weight (1 or 0, or empty where all is).


class Program(Module):
    __parameters__ = []
    __buffers__ = []
    training: bool
    w: List[Tensor]

    def start(self: Program, ws: List[Tensor]) -> int:
        self.w = ws
        return len(ws)

    def forward(self: Program, ids: Tensor, numbers: Tensor) -> List[Tensor]:
        # ids [B,S]. The loss, the norm of its gradient, bytes of streams that were stored (where that is known) and, where there
        # are no numbers, the gradient by each weight. With numbers (learning rate, time of the optimiser from 1, clip, decay,
        # beta1, beta2, eps) the weights are updated; where loss or norm is not finite they stay.
        count = (len(self.w) - 1) // 4
        weights = self.w[1 : 1 + count]
        loss, gradients, stored = differentiated(self.w, count, ids)
        forget(gradients, self.w[1 + 3 * count :])
        norm = norm_of(gradients)
        found = [loss, norm, torch.full([], stored, dtype=INT64)]
        if torch.numel(numbers) == 0:
            found.extend(gradients)
        else:
            settings = annotate(List[float], numbers.tolist())
            if bool(torch.isfinite(found[0] + norm).item()):
                factor = settings[2] / float(norm.item())
                if factor < 1.0:
                    for gradient in gradients:
                        gradient.mul_(factor)
                firsts = self.w[1 + count : 1 + 2 * count]
                adamw(weights, gradients, firsts, self.w[1 + 2 * count : 1 + 3 * count], settings)
        return found

    def held_out(self: Program, ids: Tensor) -> Tensor:
        # The mean loss of each row, [B].
        return losses(self.w, ids).mean([1])

    def stream_matrices(self: Program, ids: Tensor) -> List[Tensor]:
        # Of each site [B * S,n,n], index [in, out]; none where there are no streams.
        combs = annotate(List[Tensor], [])
        whole_sequences(self.w, ids, combs)
        return combs


def losses(w: List[Tensor], ids: Tensor) -> Tensor:
    # [B,S-1]: every token of a row but the first is predicted from those before it.
    return losses_of(w, ids, whole_sequences(w, ids, annotate(Optional[List[Tensor]], None)))


def losses_of(w: List[Tensor], ids: Tensor, h: Tensor) -> Tensor:
    # h [B * S,C]: what the logits are of
    rows, length = ids.size(0), ids.size(1)
    before = h.view([rows, length, -1]).narrow(1, 0, length - 1).flatten(0, 1)
    targets = ids.narrow(1, 1, length - 1).flatten()
    return torch.cross_entropy_loss(logits(w, before), targets, None, 0).view([rows, length - 1])


def forget(gradients: List[Tensor], learned: List[Tensor]) -> int:
    for i in range(len(gradients)):
        if torch.numel(learned[i]) > 0:
            gradients[i].mul_(learned[i])
    return len(gradients)


def norm_of(gradients: List[Tensor]) -> Tensor:
    squares = annotate(List[Tensor], [])
    for gradient in gradients:
        squares.append((gradient * gradient).sum())
    return torch.sqrt(torch.stack(squares).sum())


def adamw(
    weights: List[Tensor],
    gradients: List[Tensor],
    firsts: List[Tensor],
    seconds: List[Tensor],
    settings: List[float],
) -> int:
    # arXiv 1711.05101, in the order of torch.optim.AdamW. Matrices decay, vectors do not.
    rate, time, decay, beta1, beta2 = settings[0], settings[1], settings[3], settings[4], settings[5]
    bias1 = 1.0 - beta1**time
    bias2 = 1.0 - beta2**time
    for i in range(len(weights)):
        x = torch.detach(weights[i])
        gradient = gradients[i]
        if x.dim() > 1:
            x.mul_(1.0 - rate * decay)
        first = firsts[i].lerp_(gradient, 1.0 - beta1)
        second = seconds[i].mul_(beta2).addcmul_(gradient, gradient, value=1.0 - beta2)
        x.addcdiv_(first, torch.sqrt(second).div_(bias2**0.5).add_(settings[6]), value=-(rate / bias1))
    return len(weights)
