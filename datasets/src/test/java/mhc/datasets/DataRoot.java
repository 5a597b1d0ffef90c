package mhc.datasets;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;

/** A data root that a test fills with small files and then reads. */
record DataRoot(Path folder) {

    DataRoot with(String file, String... lines) {
        return withText(file, lines.length == 0 ? "" : String.join("\n", lines) + "\n");
    }

    DataRoot withText(String file, String text) {
        return withBytes(file, text.getBytes(StandardCharsets.UTF_8));
    }

    DataRoot withBytes(String file, byte[] bytes) {
        try {
            Path path = folder.resolve(file);
            Files.createDirectories(path.getParent());
            Files.write(path, bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] gzip(String text) {
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    LoadedCorpus load(Corpus corpus, PoolKind kind, String eval, String pool) {
        return corpora().load(corpus, kind, new FileOverride(eval, pool));
    }

    /** The evaluation examples of the file that the rules find. */
    List<Example> examples(Corpus corpus) {
        return examples(corpus, "");
    }

    List<Example> examples(Corpus corpus, String file) {
        return load(corpus, PoolKind.NONE, file, "").examples();
    }

    /** What a user would read, with the data root written as ROOT. */
    String failure(Corpus corpus) {
        return failure(corpus, PoolKind.NONE, "", "");
    }

    String failure(Corpus corpus, PoolKind kind, String eval, String pool) {
        InputException thrown = catchThrowableOfType(InputException.class, () -> load(corpus, kind, eval, pool));
        return thrown == null ? "nothing was thrown" : thrown.getMessage().replace(folder.toString(), "ROOT");
    }

    List<SourceFile> resolve(Corpus corpus, PoolKind kind) {
        return corpora().resolve(corpus, kind, FileOverride.NONE);
    }

    Corpora corpora() {
        return new Corpora(folder.toString(), new Configuration());
    }
}
