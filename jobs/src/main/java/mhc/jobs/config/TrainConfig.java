package mhc.jobs.config;

import java.nio.file.Path;
import java.util.Map;
import mhc.model.checkpoint.TokenizerJson;
import mhc.model.train.TrainingOptions;

/**
 * A validated configuration of a training; the keys and their defaults are those of {@code docs/training.md}.
 *
 * @param name title
 * @param models by name, in order: how each is trained
 * @param data what they read
 * @param tokenizer of all of them
 * @param endOfText the token that ends a document
 * @param checkpointEvery steps
 * @param heldOut rows of text not trained on, by which a model is measured at its checkpoints; 0 measures nothing
 * @param threads of the engine
 * @param out directory to write
 */
public record TrainConfig(
        String name,
        Map<String, TrainingOptions> models,
        Data data,
        TokenizerJson tokenizer,
        String endOfText,
        int checkpointEvery,
        int heldOut,
        int threads,
        Path out) {

    /**
     * Documents to read.
     *
     * @param curriculum whether they are the synthetic curriculum's, in the prompts of a protocol
     * @param source the protocol, or a folder of text
     * @param heldOut a folder of text that is not trained on, or nothing; the curriculum has documents enough
     * @param seed of their order
     */
    public record Data(boolean curriculum, String source, String heldOut, long seed) {
        @Override
        public String toString() {
            return curriculum ? "a synthetic curriculum in the prompts of protocol " + source : source;
        }
    }
}
