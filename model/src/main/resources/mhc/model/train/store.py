# The gradient with all stored that the backward pass needs.


def differentiated(w: List[Tensor], count: int, ids: Tensor) -> Tuple[Tensor, List[Tensor], int]:
    # The loss and its gradient by each of the weights w[1 .. count].
    weights = w[1 : 1 + count]
    loss = losses(w, ids).mean()
    gradients = annotate(List[Tensor], [])
    found = torch.grad([loss], weights, None, None, False, True)
    for i in range(count):
        gradient = found[i]
        if gradient is None:
            gradients.append(torch.zeros_like(weights[i]))
        else:
            gradients.append(gradient)
    return (torch.detach(loss), gradients, 0)
