package mhc.datasets;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * A small data root that comes with the program: about sixteen self-written items of each corpus with few-shot pools, in
 * the official layouts. They show that a pipeline runs; a score on them says nothing about a model.
 */
public final class Samples {
    private static final String FOLDER = "samples/";

    private Samples() {}

    /**
     * Writes the samples below a folder, which {@link Corpora} then loads without any override.
     *
     * @throws InputException when the folder cannot be written
     */
    public static void copyTo(Path folder) {
        try {
            for (String file : index()) {
                Path target = folder.resolve(file);
                Files.createDirectories(target.getParent());
                try (InputStream in = open(file)) {
                    Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        } catch (IOException e) {
            throw new InputException(
                    "%s: the samples cannot be written there (%s); name a folder that can be written"
                            .formatted(folder, e.getMessage()),
                    e);
        }
    }

    private static List<String> index() throws IOException {
        try (InputStream in = open("index.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static InputStream open(String file) {
        InputStream in = Samples.class.getResourceAsStream(FOLDER + file);
        if (in == null) {
            throw new IllegalStateException("not on the class path: " + FOLDER + file);
        }
        return in;
    }
}
