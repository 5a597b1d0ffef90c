package mhc.datasets;

/** Which few-shot exemplars a benchmark wants from its corpus. */
public enum PoolKind {
    /** None: the benchmark is asked without exemplars. */
    NONE,
    /** Ordinary items of another split, with their gold answers. */
    TRAIN,
    /** Hand-written exemplars with worked reasoning (BBH cot-prompts, GSM8K's eight, Minerva's four for MATH). */
    CHAIN_OF_THOUGHT
}
