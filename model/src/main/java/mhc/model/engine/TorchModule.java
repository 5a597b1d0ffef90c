package mhc.model.engine;

import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Function;
import java.util.regex.Pattern;
import mhc.model.decoder.TorchArchive;
import mhc.model.inference.OutOfMemoryException;

/**
 * TorchScript that the engine has loaded. Its methods run on threads that belong to it, in the order in which callers
 * came.
 */
final class TorchModule implements AutoCloseable {
    /** As libtorch's allocators for CPU ("can't allocate memory", "not enough memory") and CUDA put it. */
    private static final Pattern OUT_OF_MEMORY =
            Pattern.compile("out of memory|not enough memory|can't allocate memory", Pattern.CASE_INSENSITIVE);

    private final String source;
    private final PtNDManager manager;
    private final PtSymbolBlock block;
    private final EngineThreads threads;

    private TorchModule(String source, PtNDManager manager, PtSymbolBlock block, EngineThreads threads) {
        this.source = source;
        this.manager = manager;
        this.block = block;
        this.threads = threads;
    }

    /** Methods run one at a time. */
    static TorchModule load(String source, String device) {
        Torch.prepareThread();
        PtNDManager manager = (PtNDManager) Torch.newManager(device);
        try {
            byte[] archive = TorchArchive.of(source);
            return new TorchModule(
                    source,
                    manager,
                    JniUtils.loadModule(manager, new ByteArrayInputStream(archive), false, false),
                    new EngineThreads(Torch.threads()));
        } catch (IOException e) {
            manager.close();
            throw new UncheckedIOException("Reading from memory failed", e);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** The TorchScript that runs. */
    String source() {
        return source;
    }

    /** Holds what lives as long as the module. */
    PtNDManager manager() {
        return manager;
    }

    /**
     * Nanoseconds of the calling thread's clock, which stands still while others have their turn, and goes at half its
     * speed beside the pass of one other.
     */
    long clock() {
        return System.nanoTime() - threads.waited();
    }

    /** From now on several methods may run at a time, on a part of the engine's threads each. */
    void allowSideBySide() {
        threads.allowSideBySide();
    }

    /** Runs on the calling thread what calls several methods, and has its part of the engine's threads meanwhile. */
    void share(Runnable caller) {
        threads.share(caller);
    }

    /**
     * Runs a piece of work when its turn comes; handles of its scope are closed afterwards.
     *
     * @throws OutOfMemoryException when the engine cannot have the memory
     */
    <T> T run(Function<CallScope, T> work) {
        return threads.run(() -> {
            try (CallScope scope = new CallScope((PtNDManager) manager.newSubManager())) {
                return work.apply(scope);
            } catch (EngineException e) {
                String message = e.getMessage();
                boolean memory =
                        message != null && OUT_OF_MEMORY.matcher(message).find();
                throw memory ? new OutOfMemoryException(e) : e;
            }
        });
    }

    /** Calls a method, inside {@link #run} only; the result is the caller's to close. */
    IValue call(String method, IValue... arguments) {
        return IValueUtils.runMethod(block, method, arguments);
    }

    @Override
    public void close() {
        threads.close(() -> {
            block.close();
            manager.close();
        });
    }
}
