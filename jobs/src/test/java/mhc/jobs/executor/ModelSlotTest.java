package mhc.jobs.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import mhc.datasets.InputException;
import mhc.eval.Request;
import mhc.model.InferenceOptions;
import mhc.model.LanguageModel;
import mhc.model.ModelInfo;
import mhc.model.Work;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One model on a device at a time, loaded once. */
@Timeout(30)
class ModelSlotTest {
    private static final ModelSpec PLAIN = new ModelSpec("plain", "/plain", "a", InferenceOptions.DEFAULT);
    private static final ModelSpec MHC = new ModelSpec("mhc", "/mhc", "b", InferenceOptions.DEFAULT);

    private final ModelSlot slot = new ModelSlot();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger loads = new AtomicInteger();

    /** A model that counts itself while it is open. */
    private final class Counted implements LanguageModel {
        Counted() {
            loads.incrementAndGet();
            assertThat(open.incrementAndGet()).isEqualTo(1);
        }

        @Override
        public Work answer(List<Request> requests, int offset, Sink sink) {
            return Work.NONE;
        }

        @Override
        public ModelInfo info() {
            return new ModelInfo("LlamaForCausalLM", "none", 1, "float32", "cpu", "none", 1, 2);
        }

        @Override
        public void close() {
            open.decrementAndGet();
        }
    }

    private CompletableFuture<ModelSlot.Lease> acquire(ModelSpec spec) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return slot.acquire(spec, Counted::new);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void nobodyWaitsForAModelThatLoadsButItsUsers() throws InterruptedException {
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch loaded = new CountDownLatch(1);
        CompletableFuture<ModelSlot.Lease> first = CompletableFuture.supplyAsync(() -> {
            try {
                return slot.acquire(PLAIN, () -> {
                    began.countDown();
                    try {
                        loaded.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    return new Counted();
                });
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        began.await();
        CompletableFuture<ModelSlot.Lease> second = acquire(PLAIN);

        slot.closeIfIdle();

        assertThat(second).isNotDone();
        loaded.countDown();
        assertThat(second.join().model()).isSameAs(first.join().model());
        assertThat(second.join().loadSeconds()).isZero();
        assertThat(loads).hasValue(1);
    }

    @Test
    void anotherModelReplacesTheFirstWhenItsUsersAreDone() throws Exception {
        ModelSlot.Lease first = slot.acquire(PLAIN, Counted::new);
        CompletableFuture<ModelSlot.Lease> other = acquire(MHC);
        assertThatThrownBy(() -> other.get(100, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);

        first.close();

        other.join().close();
        assertThat(loads).hasValue(2);
        assertThat(open).hasValue(1);
        slot.closeIfIdle();
        slot.closeIfIdle();
        assertThat(open).hasValue(0);
    }

    @Test
    void aModelThatCannotBeLoadedLeavesTheSlotFree() throws InterruptedException {
        InputException mistake = new InputException("Model plain is not there: copy it");
        assertThatThrownBy(() -> slot.acquire(PLAIN, () -> {
                    throw mistake;
                }))
                .isSameAs(mistake);

        slot.acquire(PLAIN, Counted::new).close();

        assertThat(loads).hasValue(1);
    }
}
