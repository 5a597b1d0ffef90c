package mhc.jobs.plan;

import mhc.jobs.config.RunConfig;
import org.apache.hadoop.conf.Configuration;

/** The shards of a run as a table. */
public final class ShardListing {
    private ShardListing() {}

    public static String describe(RunConfig config) {
        StringBuilder text = new StringBuilder("%-12s %6s %9s %14s  %s%n"
                .formatted("benchmark", "shard", "examples", "relative cost", "first .. last"));
        for (ShardPlan.Planned planned : ShardPlan.of(config, new Configuration())) {
            for (Shard shard : planned.shards()) {
                String first = shard.items().get(0).example().id();
                String last =
                        shard.items().get(shard.items().size() - 1).example().id();
                text.append("%-12s %6d %9d %14d  %s .. %s%n"
                        .formatted(
                                shard.benchmark(),
                                shard.index(),
                                shard.items().size(),
                                planned.cost(shard),
                                first,
                                last));
            }
        }
        return text.toString();
    }
}
