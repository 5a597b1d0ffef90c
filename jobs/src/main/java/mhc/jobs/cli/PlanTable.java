package mhc.jobs.cli;

import static mhc.jobs.run.TextColumns.name;
import static mhc.jobs.run.TextColumns.number;

import mhc.jobs.run.TextColumns;
import mhc.model.probe.ModelPlan;
import mhc.model.probe.ResidualTraffic;

/** A plan for a model as lines of text. */
record PlanTable(Line out) {

    /** Takes a line as a format and its values. */
    @FunctionalInterface
    interface Line {
        void print(String format, Object... values);
    }

    void print(ModelPlan plan) {
        out.print("architecture            %s", plan.architecture());
        out.print("residual                %s", plan.residual());
        out.print("dtype                   %s", plan.dtype());
        out.print("parameters, total       %,d", plan.parameters());
        out.print("parameters, active      %,d", plan.activeParameters());
        out.print("weight bytes            %,d", plan.weightBytes());
        StateLines.print(
                24, plan.cacheBytesPerToken(), plan.fixedCacheBytes(), plan.state(), line -> out.print("%s", line));
        out.print("stream bytes per token  %,d", plan.streamBytesPerToken());
        out.print("FLOPs per token         %.4g (decoding, %,d tokens seen)", plan.operationsPerToken(), plan.length());
        out.print(
                "memory                  %.2f GB: weights %.2f, KV %.2f (batch %d, %,d tokens each), working %.2f",
                plan.bytes() / 1e9,
                plan.weightBytes() / 1e9,
                plan.cacheBytes() / 1e9,
                plan.batch(),
                plan.length(),
                plan.workingBytes() / 1e9);
        for (int gigabytes : new int[] {80, 141}) {
            out.print("%-24s%s", "fits on %d GB".formatted(gigabytes), plan.fits(gigabytes) ? "yes" : "no");
        }
        if (plan.shares().size() > 1) {
            TextColumns shares = TextColumns.of(
                    name("device", 8),
                    name("layers", 10),
                    number("weights GB", 12, "%.2f"),
                    number("KV GB", 10, "%.2f"),
                    number("working GB", 12, "%.2f"),
                    number("all GB", 10, "%.2f"));
            out.print("%s", shares.header());
            for (int device = 0; device < plan.shares().size(); device++) {
                ModelPlan.Share share = plan.shares().get(device);
                out.print(
                        "%s",
                        shares.line(
                                Integer.toString(device + 1),
                                share.firstLayer() + "-" + share.lastLayer(),
                                share.weightBytes() / 1e9,
                                share.cacheBytes() / 1e9,
                                share.workingBytes() / 1e9,
                                share.bytes() / 1e9));
            }
        }
        out.print("residual connection, elements per token and site (%d sites):", plan.sites());
        TextColumns traffic = TextColumns.of(
                name("", 34), number("read", 12, "%,d"), number("written", 12, "%,d"), number("both", 12, "%,d"));
        out.print("%s", traffic.header());
        for (ResidualTraffic way : plan.traffic()) {
            out.print(
                    "%s",
                    traffic.line(
                            "  " + way.way() + (way.norm() ? ", with the norm" : ""),
                            way.read(),
                            way.written(),
                            way.read() + way.written()));
        }
    }
}
