package mhc.jobs.plan;

import static mhc.jobs.run.TextColumns.count;
import static mhc.jobs.run.TextColumns.name;

import mhc.jobs.config.HadoopSettings;
import mhc.jobs.config.RunConfig;
import mhc.jobs.run.TextColumns;

/** The shards of a run as a table; a shard's cost is in tokens to prefill. */
public final class ShardListing {
    private ShardListing() {}

    public static String describe(RunConfig config) {
        TextColumns table = TextColumns.of(
                name("benchmark", 12),
                count("shard", 6),
                count("examples", 9),
                count("cost", 9),
                name(" first .. last", 0));
        StringBuilder text = new StringBuilder(table.header()).append('\n');
        for (ShardPlan.Planned planned : ShardPlan.of(config, HadoopSettings.current())) {
            for (Shard shard : planned.shards()) {
                String first = shard.items().get(0).example().id();
                String last =
                        shard.items().get(shard.items().size() - 1).example().id();
                text.append(table.line(
                                shard.benchmark(),
                                shard.index(),
                                shard.items().size(),
                                planned.cost(shard).total(),
                                " " + first + " .. " + last))
                        .append('\n');
            }
        }
        return text.toString();
    }
}
