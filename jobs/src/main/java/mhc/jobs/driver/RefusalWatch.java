package mhc.jobs.driver;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import mhc.datasets.InputException;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.storage.BlockManagerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches one Spark job for tasks that end with an {@link InputException}: what the user has to mend is not tried
 * again. The job is cancelled at once, unless Spark excludes hosts ({@code spark.excludeOnFailure.enabled}) and has one
 * that has not refused: a folder may be missing on some hosts only.
 */
final class RefusalWatch extends SparkListener implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RefusalWatch.class);
    private static final int SECONDS_FOR_EVENTS = 30;

    private final SparkContext context;
    private final String group;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Set<Object> stages = ConcurrentHashMap.newKeySet();
    private final Map<String, String> sentences = new TreeMap<>();
    private int job = -1;

    /** @param group of the job to watch, which has not begun */
    RefusalWatch(SparkContext context, String group) {
        this.context = context;
        this.group = group;
        context.addSparkListener(this);
    }

    @Override
    public void onJobStart(SparkListenerJobStart start) {
        if (group.equals(start.properties().getProperty("spark.jobGroup.id"))) {
            job = start.jobId();
            start.stageIds().foreach(stages::add);
        }
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
        if (stages.contains(end.stageId())
                && end.reason() instanceof ExceptionFailure failure
                && failure.className().equals(InputException.class.getName())) {
            refused(end.taskInfo().host(), failure.description());
        }
    }

    private synchronized void refused(String host, String sentence) {
        if (sentences.putIfAbsent(host, sentence) != null) {
            return;
        }
        if (elsewhere()) {
            log.warn("Host {} cannot take part: {}", host, sentence);
        } else {
            context.cancelJobGroup(group);
        }
    }

    /** Whether Spark leaves out the hosts that refused and there are others. */
    private boolean elsewhere() {
        BlockManagerId driver = SparkEnv.get().blockManager().blockManagerId();
        return context.conf().getBoolean("spark.excludeOnFailure.enabled", false)
                && Stream.of(context.statusTracker().getExecutorInfos())
                        .filter(executor -> executor.port() != driver.port()
                                || !executor.host().equals(driver.host()))
                        .anyMatch(executor -> !sentences.containsKey(executor.host()));
    }

    @Override
    public void onJobEnd(SparkListenerJobEnd end) {
        if (end.jobId() == job) {
            ended.countDown();
        }
    }

    /**
     * Runs the job and says what its failure comes to.
     *
     * @throws InputException when tasks refused; on a cluster it names their hosts
     */
    <T> T during(Supplier<T> action) {
        try {
            return action.get();
        } catch (Exception e) { // Spark throws checked exceptions that it does not declare
            awaitEnd();
            synchronized (this) {
                if (sentences.isEmpty()) {
                    throw e;
                }
                String sentence = sentences.values().iterator().next();
                String hosts = String.join(", ", sentences.keySet());
                throw new InputException(
                        context.isLocal()
                                ? sentence
                                : "On host" + (sentences.size() == 1 ? " " : "s ") + hosts + ": " + sentence,
                        e);
            }
        }
    }

    /** Until all that Spark has to tell of the job has come: it tells it later than it fails. */
    private void awaitEnd() {
        try {
            if (!ended.await(SECONDS_FOR_EVENTS, TimeUnit.SECONDS)) {
                log.warn("Spark did not report the end of its job within {} s", SECONDS_FOR_EVENTS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        context.removeSparkListener(this);
    }
}
