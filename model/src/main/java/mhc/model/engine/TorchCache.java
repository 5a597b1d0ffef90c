package mhc.model.engine;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.util.List;
import mhc.model.inference.ForwardPasses.KvCache;

/**
 * Keys and values as the engine's list of tensors: for each layer those that {@code Attention.cached()} names, [rows,
 * heads, tokens, width].
 */
record TorchCache(IValue tensors) implements KvCache {

    /** The tensors of a cache; {@link KvCache#NONE} has none. */
    static IValue tensors(CallScope scope, KvCache cache) {
        return cache instanceof TorchCache torch ? torch.tensors() : scope.closing(IValue.listFrom(new PtNDArray[0]));
    }

    /** Several caches as one argument, behind a first one that is not read: the engine takes no empty list of lists. */
    static IValue lists(CallScope scope, List<KvCache> caches) {
        IValue[] lists = new IValue[caches.size() + 1];
        lists[0] = tensors(scope, KvCache.NONE);
        for (int i = 0; i < caches.size(); i++) {
            lists[i + 1] = tensors(scope, caches.get(i));
        }
        return scope.closing(IValue.listFrom(lists));
    }

    @Override
    public void close() {
        tensors.close();
    }
}
