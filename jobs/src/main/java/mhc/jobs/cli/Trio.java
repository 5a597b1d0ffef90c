package mhc.jobs.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import mhc.model.checkpoint.TokenizerJson;

/** The three bundled models that learned: {@code conf/train-tiny.yaml} says how, and makes them again. */
final class Trio {
    private Trio() {}

    /** Writes the checkpoint folder of {@code baseline}, {@code hc} or {@code mhc}. */
    static void write(String model, Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve("tokenizer.json"), TokenizerJson.ofCurriculum().text());
        for (String name : List.of("config.json", "model.safetensors", "tokenizer_config.json")) {
            String resource = "trio/" + model + "/" + name;
            try (InputStream in = Trio.class.getResourceAsStream(resource)) {
                if (in == null) {
                    throw new IllegalStateException("The program was built without " + resource);
                }
                Files.copy(in, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
