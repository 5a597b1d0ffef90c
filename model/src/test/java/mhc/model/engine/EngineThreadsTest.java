package mhc.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EngineThreadsTest {
    private static int before;

    private final ExecutorService callers = Executors.newCachedThreadPool();

    @BeforeAll
    static void start() {
        Torch.start(1);
        before = JniUtils.getNumThreads();
    }

    @AfterAll
    static void restore() {
        JniUtils.setNumThreads(before);
    }

    @AfterEach
    void stop() {
        callers.shutdownNow();
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Each of two callers runs a piece of work that waits for the other's; what the engine's threads were for both. */
    private List<Integer> together(EngineThreads threads) throws Exception {
        CyclicBarrier used = new CyclicBarrier(2);
        CyclicBarrier met = new CyclicBarrier(2);
        List<CompletableFuture<Integer>> found = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            CompletableFuture<Integer> one = new CompletableFuture<>();
            found.add(one);
            callers.execute(() -> threads.share(() -> {
                try {
                    used.await();
                    one.complete(threads.run(() -> {
                        int team = JniUtils.getNumThreads();
                        met.await(60, TimeUnit.SECONDS);
                        return team;
                    }));
                } catch (Exception e) {
                    one.completeExceptionally(e);
                }
            }));
        }
        List<Integer> teams = new ArrayList<>();
        for (CompletableFuture<Integer> one : found) {
            teams.add(one.get());
        }
        return teams;
    }

    private static EngineThreads sideBySide(int cores) {
        EngineThreads threads = new EngineThreads(cores);
        threads.allowSideBySide();
        return threads;
    }

    @Test
    void callersRunSideBySideAndShareTheCores() throws Exception {
        assertThat(together(sideBySide(4))).containsExactly(2, 2);
        assertThat(together(sideBySide(3))).containsExactly(1, 1);
    }

    @Test
    void whereTheyMayNotTheyTakeTurns() {
        for (EngineThreads threads : List.of(new EngineThreads(4), sideBySide(1))) {
            AtomicInteger running = new AtomicInteger();
            Runnable caller = () -> threads.share(() -> {
                for (int i = 0; i < 5; i++) {
                    threads.run(() -> {
                        assertThat(running.incrementAndGet()).isEqualTo(1);
                        Thread.sleep(10);
                        return running.decrementAndGet();
                    });
                }
            });
            CompletableFuture.allOf(
                            CompletableFuture.runAsync(caller, callers), CompletableFuture.runAsync(caller, callers))
                    .join();
        }
    }

    @Test
    void aCallerThatIsAloneHasAllOfThemOnOneThread() {
        EngineThreads threads = sideBySide(3);
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            seen.add(threads.run(() -> Thread.currentThread().getName() + " " + JniUtils.getNumThreads()));
        }
        assertThat(seen).containsOnly("mhc-engine-0 3");
    }

    @Test
    void theCoresOfACallerThatIsDoneGoToTheOthers() throws Exception {
        EngineThreads threads = sideBySide(2);
        assertThat(together(threads)).containsExactly(1, 1);
        assertThat(threads.<Integer>run(JniUtils::getNumThreads)).isEqualTo(2);
    }

    @Test
    void timeBesideAnotherCountsByHalf() {
        EngineThreads threads = sideBySide(2);
        CyclicBarrier both = new CyclicBarrier(2);
        Runnable half = () -> threads.share(() -> {
            meet(both);
            long start = System.nanoTime(), waited = threads.waited();
            threads.run(() -> {
                Thread.sleep(200);
                return 0;
            });
            long seconds = System.nanoTime() - start, others = threads.waited() - waited;
            meet(both); // neither is alone before the other has begun
            assertThat(others).isBetween(100_000_000L, seconds - 100_000_000L);
        });
        CompletableFuture.allOf(CompletableFuture.runAsync(half, callers), CompletableFuture.runAsync(half, callers))
                .join();
    }

    @Test
    void afterTheEndNothingRuns() {
        EngineThreads threads = sideBySide(2);
        AtomicInteger ended = new AtomicInteger();
        threads.run(() -> 1);
        threads.close(ended::incrementAndGet);
        threads.close(ended::incrementAndGet);
        assertThat(ended).hasValue(1);
        assertThatThrownBy(() -> threads.run(() -> 1)).hasMessage("The model is closed");
    }
}
