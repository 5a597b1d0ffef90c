package mhc.jobs.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import mhc.datasets.InputException;
import org.apache.spark.SparkException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.junit.jupiter.api.Test;

/** What the user has to mend ends a job at once; what else fails is tried again. */
class RefusalWatchTest {
    private static final String GROUP = "watched";
    private static final AtomicInteger ATTEMPTS = new AtomicInteger();

    private static List<Integer> run(Function<Integer, Integer> task) {
        ATTEMPTS.set(0);
        JavaSparkContext context =
                JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());
        context.setJobGroup(GROUP, "test", true);
        try (RefusalWatch watch = new RefusalWatch(context.sc(), GROUP)) {
            return watch.during(
                    () -> context.parallelize(IntStream.range(0, 40).boxed().toList(), 40)
                            .map(task)
                            .collect());
        } finally {
            context.clearJobGroup();
        }
    }

    @Test
    void aRefusalEndsTheJobAtOnce() {
        assertThatThrownBy(() -> run(i -> {
                    ATTEMPTS.incrementAndGet();
                    if (i == 1) {
                        throw new InputException("Model mhc is not there: copy it");
                    }
                    Thread.sleep(200);
                    return i;
                }))
                .isInstanceOf(InputException.class)
                .hasMessage("Model mhc is not there: copy it");
        assertThat(ATTEMPTS.get()).isLessThan(20);
    }

    @Test
    void whatElseFailsIsTriedAgain() {
        List<Integer> results = run(i -> {
            ATTEMPTS.incrementAndGet();
            if (i == 1 && TaskContext.get().attemptNumber() == 0) {
                throw new IllegalStateException("device lost");
            }
            return i;
        });

        assertThat(results).hasSize(40);
        assertThat(ATTEMPTS.get()).isEqualTo(41);
    }

    @Test
    void aJobThatFailsForGoodSaysWhy() {
        assertThatThrownBy(() -> run(i -> {
                    throw new IllegalStateException("device lost");
                }))
                .isInstanceOf(SparkException.class)
                .hasMessageContaining("device lost");
    }
}
