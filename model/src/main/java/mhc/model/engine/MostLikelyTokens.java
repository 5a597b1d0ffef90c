package mhc.model.engine;

import java.util.Arrays;
import mhc.model.LanguageModel;

/** What a model would say next at every position of a text. */
public final class MostLikelyTokens {
    private MostLikelyTokens() {}

    /**
     * The most likely token (the first of equals) behind every token of a text, read as one sequence; of a text longer
     * than the model its end.
     *
     * @param model that {@link LanguageModels} opened
     */
    public static int[] of(LanguageModel model, String text) {
        CheckpointModel opened = (CheckpointModel) model;
        long[] all = opened.tokenizer().encodePrompt(text);
        long[] ids =
                Arrays.copyOfRange(all, Math.max(0, all.length - model.info().maxLength()), all.length);
        float[] logits = opened.program().trace(new long[][] {ids}, true).logits();
        int vocabulary = logits.length / ids.length;
        int[] best = new int[ids.length];
        for (int at = 0; at < ids.length; at++) {
            for (int token = 1; token < vocabulary; token++) {
                if (logits[at * vocabulary + token] > logits[at * vocabulary + best[at]]) {
                    best[at] = token;
                }
            }
        }
        return best;
    }
}
