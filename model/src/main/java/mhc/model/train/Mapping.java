package mhc.model.train;

/** The three mappings of a hyper-connection (arXiv 2512.24880 Eq. 3), by which an ablation says what is learned. */
public enum Mapping {
    /** Between the streams. */
    RES,
    /** From the streams to a sublayer. */
    PRE,
    /** From a sublayer to the streams. */
    POST
}
