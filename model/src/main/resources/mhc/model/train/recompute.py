# The gradient with selective recomputing (arXiv 2512.24880 section 4.3.2, Table 3). Sublayers, two to a layer, stand in blocks:
# of each block its input is kept and the output of each of its sublayers; all else is computed again in the backward pass.


class Site(NamedTuple):
    # A sublayer with its residual connection, cut off from those before it.
    h: Tensor  # the streams in front, [T,n,C]
    output: Tensor  # of the sublayer, as it was, [T,C]
    read: Tensor  # what the sublayer reads, before its norm, [T,C]
    input: Tensor  # the same, normed
    written: Tensor  # the streams behind


def differentiated(w: List[Tensor], count: int, ids: Tensor) -> Tuple[Tensor, List[Tensor], int]:
    # The loss, its gradient by each of the weights w[1 .. count], and the most bytes of streams, and of what is read from
    # them, that were stored at one time.
    tokens = whole_pass(w, ids)
    fixed = [torch.detach(x) for x in w[: 1 + count]]
    inputs = annotate(List[Tensor], [])
    outputs = annotate(List[Tensor], [])
    h = embedded(fixed, ids.flatten())
    for i in range(2 * LAYERS):
        weights = layer_weights(fixed, i // 2)
        if i % BLOCK == 0:
            inputs.append(h)
        x, state = site_read(h, weights, i % 2)
        f = sublayer(site_norm(x, weights, i % 2), weights, i % 2, tokens, i // 2)
        outputs.append(f)
        h = write(h, f, state)

    h = cut_off(h)
    loss = losses_of(w, ids, merged(w, h, annotate(List[Tensor], []))).mean()
    gradients = annotate(List[Tensor], [])
    for x in fixed[1:]:
        gradients.append(torch.zeros_like(x))
    all = w[1 : 1 + count]
    gradient = backward_from([loss], grads([torch.ones_like(loss)]), h, all, 0, gradients)

    stored = 0
    while len(inputs) > 0:
        first = BLOCK * (len(inputs) - 1)
        sites = sites_again(w, inputs[-1], outputs[first:], first)
        held = bytes_of(inputs)
        for site in sites:
            held += bytes_of([site.read, site.input, site.written])
        stored = max(stored, held)
        while len(sites) > 0:
            i = first + len(sites) - 1
            gradient = site_backward(sites.pop(), w, i, tokens, gradient, gradients)
        inputs.pop()
        outputs = outputs[:first]

    backward_from([embedded(w, ids.flatten())], grads([gradient]), h, all, 0, gradients)
    return (torch.detach(loss), gradients, stored)


def bytes_of(tensors: List[Tensor]) -> int:
    total = 0
    for x in tensors:
        total += torch.numel(x) * x.element_size()
    return total


def cut_off(x: Tensor) -> Tensor:
    return torch.requires_grad_(torch.detach(x), True)


def sites_again(w: List[Tensor], h: Tensor, outputs: List[Tensor], first: int) -> List[Site]:
    # The sites of a block from its input and the outputs of its sublayers, none of which runs.
    sites = annotate(List[Site], [])
    for k in range(len(outputs)):
        i = first + k
        weights = layer_weights(w, i // 2)
        h = cut_off(h)
        output = cut_off(outputs[k])
        x, state = site_read(h, weights, i % 2)
        written = write(h, output, state)
        sites.append(Site(h, output, x, site_norm(x, weights, i % 2), written))
        h = written
    return sites


def site_backward(
    site: Site, w: List[Tensor], i: int, tokens: Pass, gradient: Tensor, gradients: List[Tensor]
) -> Tensor:
    # From the gradient by what the site has written to the one by the streams in front of it.
    by_output = annotate(List[Optional[Tensor]], [])
    by_output.extend(torch.grad([site.written], [site.output], grads([gradient]), True, False, False))
    weights = layer_weights(w, i // 2)
    input = cut_off(site.input)
    output = sublayer(input, weights, i % 2, tokens, i // 2)
    start = layer_start(i // 2) - 1  # gradients are those of the weights, behind the frequencies
    by_input = backward_from([output], by_output, input, weights, start, gradients)
    return backward_from([site.written, site.input], grads([gradient, by_input]), site.h, weights, start, gradients)


def backward_from(
    outputs: List[Tensor],
    by_outputs: List[Optional[Tensor]],
    source: Tensor,
    weights: List[Tensor],
    start: int,
    gradients: List[Tensor],
) -> Tensor:
    # The gradient by a tensor; those by weights are added to gradients from an index on.
    found = torch.grad(outputs, [source] + weights, by_outputs, None, False, True)
    for k in range(len(weights)):
        by_weight = found[k + 1]
        if by_weight is not None:
            gradients[start + k].add_(by_weight)
    by_source = found[0]
    if by_source is None:
        return torch.zeros_like(source)
    return by_source


def grads(tensors: List[Tensor]) -> List[Optional[Tensor]]:
    optional = annotate(List[Optional[Tensor]], [])
    for x in tensors:
        optional.append(x)
    return optional
