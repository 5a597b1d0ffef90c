package mhc.jobs.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.apache.spark.SparkConf;
import org.apache.spark.scheduler.HealthTracker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SparkSessionsTest {
    private static SparkConf excluding() {
        return new SparkConf(false).setMaster("spark://host:7077").set("spark.excludeOnFailure.enabled", "true");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5})
    void sparkTakesTheExclusionOfHostsWithAnyNumberOfRetries(int retries) {
        SparkConf conf = SparkSessions.configured(excluding(), retries);

        assertThat(HealthTracker.isExcludeOnFailureEnabled(conf)).isEqualTo(retries > 0);
        if (retries > 0) {
            assertThatCode(() -> HealthTracker.validateExcludeOnFailureConfs(conf))
                    .doesNotThrowAnyException();
        }
        assertThat(conf.get("spark.task.maxFailures")).isEqualTo(Integer.toString(retries + 1));
    }

    @Test
    void whatSparkSubmitSetIsKept() {
        assertThat(SparkSessions.configured(new SparkConf(false).setMaster("yarn"), 2)
                        .get("spark.master"))
                .isEqualTo("yarn");
        assertThat(SparkSessions.configured(new SparkConf(false), 2).get("spark.master"))
                .isEqualTo("local[*,3]");
    }

    @Test
    void theRetriesOfALocalSessionAreThoseOfItsMaster() {
        assertThat(LocalSpark.session().sparkContext().master()).isEqualTo("local[2,3]");
        assertThat(SparkSessions.retries(LocalSpark.session().sparkContext())).isEqualTo(2);
    }
}
