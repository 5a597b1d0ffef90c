package mhc.model.checkpoint;

/** Counts tokens as a checkpoint's own tokenizer cuts a prompt, special tokens included; thread-safe. */
public final class TokenCounter implements AutoCloseable {
    private final Tokenizer tokenizer;

    private TokenCounter(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    public static TokenCounter of(Checkpoint checkpoint) {
        return new TokenCounter(Tokenizer.open(checkpoint));
    }

    public int count(String prompt) {
        return tokenizer.encodePrompt(prompt).length;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
