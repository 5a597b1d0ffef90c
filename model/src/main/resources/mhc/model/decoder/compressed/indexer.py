# The lightning indexer: which entries a query attends to. w: its weights, those of its own compressor behind the others.


def indexer_compressor(w: List[Tensor]) -> List[Tensor]:
    return w.compressor


def index_queries(x: Tensor, latent: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor) -> List[Tensor]:
    # queries [T,h,D] and the weights of their heads [T,h], in float32
    q = linear(latent, w.wq_b).to(FLOAT32).view([-1, INDEX_HEADS, INDEX_WIDTH])
    heads = linear(x, w.weights_proj).to(FLOAT32) * INDEX_SCALE
    return [rotated(q, cos.unsqueeze(1), sin.unsqueeze(1)), heads]


def index_scores(index: List[Tensor], first: int, count: int, keys: Tensor) -> Tensor:
    # keys [W,D], or of each [count,W,D] -> [count,W], in float32
    met = torch.relu(torch.matmul(index[0].narrow(0, first, count), keys.to(FLOAT32).transpose(-2, -1)))
    return torch.matmul(index[1].narrow(0, first, count).unsqueeze(1), met).squeeze(1)
