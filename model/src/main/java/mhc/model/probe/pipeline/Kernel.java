package mhc.model.probe.pipeline;

/** A kernel of the simulation, by what it does; {@code label} names it in pictures. */
enum Kernel {
    READ("pre"),
    WRITE("post,res"),
    /** The write of attention's output and the read of the feed-forward's input, one behind the other. */
    WRITE_READ("post,res + pre"),
    RECOMPUTE("recompute"),
    ATTENTION("attention"),
    FEED_FORWARD("MLP"),
    HEAD("head"),
    DISPATCH("dispatch"),
    COMBINE("combine"),
    SEND("send");

    private final String label;

    Kernel(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
