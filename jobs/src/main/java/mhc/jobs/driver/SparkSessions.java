package mhc.jobs.driver;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Spark sessions: the one spark-submit configured, or a quiet local one. */
public final class SparkSessions {
    private static final Logger log = LoggerFactory.getLogger(SparkSessions.class);
    /** Local mode tries once, unless its master's second number says otherwise. */
    private static final Pattern LOCAL_MASTER = Pattern.compile("local(?:\\[[^,\\]]+(?:,(\\d+))?])?");

    private static final String ATTEMPTS_ON_A_HOST = "spark.excludeOnFailure.task.maxTaskAttemptsPerNode";

    private SparkSessions() {}

    /** A session for work that needs no retries, such as a report. */
    public static SparkSession local(String appName) {
        return open(appName, 0);
    }

    /**
     * The session for a run. What spark-submit set is kept; without it, local mode on all cores.
     *
     * @param retries how often a failed shard is tried again
     */
    public static SparkSession open(String appName, int retries) {
        SparkConf conf = configured(new SparkConf().setAppName(appName), retries);
        return SparkSession.builder().config(conf).getOrCreate();
    }

    /** How often Spark tries a failed task of this application again. */
    public static int retries(SparkContext context) {
        Matcher local = LOCAL_MASTER.matcher(context.master());
        if (local.matches()) {
            return local.group(1) == null ? 0 : Integer.parseInt(local.group(1)) - 1;
        }
        return context.conf().getInt("spark.task.maxFailures", 4) - 1;
    }

    static SparkConf configured(SparkConf conf, int retries) {
        conf.setIfMissing("spark.sql.debug.maxToStringFields", "1000"); // else a wide plan is worth a warning to Spark
        // parts hold some hundred rows: Spark would allocate vectors of 4096 for each column of each
        conf.setIfMissing("spark.sql.parquet.columnarReaderBatchSize", "512");
        // reads of several ranges at once start five threads for every file on a local disk, to read some kilobytes
        conf.setIfMissing("spark.hadoop.parquet.hadoop.vectored.io.enabled", "false");
        conf.setIfMissing("spark.executor.heartbeatInterval", "5s"); // what a running shard has done comes with it
        conf.set("spark.task.maxFailures", Integer.toString(retries + 1));
        if (!conf.contains("spark.master")) {
            conf.setMaster("local[*," + (retries + 1) + "]");
            conf.setIfMissing("spark.ui.enabled", "false");
            conf.setIfMissing("spark.driver.host", "localhost");
            conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
            conf.setIfMissing("spark.sql.shuffle.partitions", "4");
            conf.setIfMissing("spark.ui.showConsoleProgress", "false");
        }
        if (conf.getBoolean("spark.excludeOnFailure.enabled", false)) {
            limitExclusion(conf, retries);
        }
        return conf;
    }

    /** Spark wants more attempts at a task than one host may have, and starts no session else. */
    private static void limitExclusion(SparkConf conf, int retries) {
        if (retries == 0) {
            log.warn("faults.retries is 0: no shard is tried elsewhere, and no host is excluded");
            conf.set("spark.excludeOnFailure.enabled", "false");
        } else {
            int most = conf.getInt(ATTEMPTS_ON_A_HOST, 2);
            conf.set(ATTEMPTS_ON_A_HOST, Integer.toString(Math.min(most, retries)));
        }
    }
}
