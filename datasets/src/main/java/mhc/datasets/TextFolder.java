package mhc.datasets;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The text files of a folder on any Hadoop file system as training documents, one a file, over and over, in another random
 * order each time. Text files are those named {@code .txt} or {@code .md}, perhaps gzipped; blank ones do not count.
 */
public final class TextFolder implements Documents {
    private final List<DataFile> files;
    private final long seed;
    private Round round = new Round(-1, List.of());

    /** One pass over the folder: the order of its files. */
    private record Round(long number, List<Integer> order) {}

    private TextFolder(List<DataFile> files, long seed) {
        this.files = files;
        this.seed = seed;
    }

    /**
     * @param folder a local path or any Hadoop URI
     * @param seed of the order
     * @throws InputException when there is no such folder, no text in it, or bytes that are not UTF-8
     */
    public static TextFolder open(String folder, long seed, Configuration hadoop) {
        List<DataFile> files = CorpusFolder.list(new Path(folder), hadoop).files().stream()
                .map(CorpusFolder.Entry::file)
                .filter(file -> file.name().endsWith(".txt") || file.name().endsWith(".md"))
                .filter(file -> !text(file).isBlank())
                .toList();
        if (files.isEmpty()) {
            throw new InputException(
                    "%s: there is no text in it; name a folder that holds .txt or .md files which are not blank"
                            .formatted(folder));
        }
        return new TextFolder(files, seed);
    }

    /** How many documents there are before the first comes again. */
    public int size() {
        return files.size();
    }

    @Override
    public String document(long index) {
        int inRound = (int) (index % files.size());
        return text(files.get(order(index / files.size()).get(inRound)));
    }

    private synchronized List<Integer> order(long number) {
        if (round.number != number) {
            List<Integer> inPathOrder = IntStream.range(0, files.size()).boxed().toList();
            round = new Round(number, Draw.of(seed, number).shuffled(inPathOrder));
        }
        return round.order;
    }

    private static String text(DataFile file) {
        try (BufferedReader reader = file.reader()) {
            StringWriter text = new StringWriter();
            reader.transferTo(text);
            return text.toString().strip();
        } catch (IOException e) {
            throw file.unreadable(e, 0);
        }
    }
}
