package mhc.model.probe.pipeline;

/** A kernel of the simulation, by what it does; {@code label} names it in pictures. */
enum Kernel {
    READ("pre"),
    WRITE("post"),
    /** The write of attention's output and the read of the feed-forward's input, one behind the other. */
    WRITE_READ("post+pre"),
    RECOMPUTE("recompute"),
    ATTENTION("attn"),
    FEED_FORWARD("MLP"),
    HEAD("head"),
    DISPATCH("disp"),
    COMBINE("comb"),
    SEND("send");

    private final String label;

    Kernel(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
