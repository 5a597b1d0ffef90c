package mhc.datasets;

import java.util.List;
import java.util.Set;

/** All that is particular to the files of one corpus: where they lie, which layouts they have, how the ids are made. */
interface CorpusFormat {
    Corpus corpus();

    /** Known layouts; the first that matches the head of a file is its layout. */
    List<Layout> layouts();

    /** Places of the evaluation split by precedence: the first list with a match wins, two matches in it are ambiguous. */
    List<List<Place>> evaluation();

    /** Places of the few-shot pool, likewise; empty when the corpus has no such pool. */
    List<List<Place>> pool(PoolKind kind);

    /** Name of the validation split inside the ids. */
    default String validation() {
        return "validation";
    }

    /** The split that a word in a file or folder name means; {@code fileName} is the whole name. */
    default String split(String word, String fileName) {
        return Set.of("dev", "val", "valid", "validation").contains(word) ? validation() : word;
    }

    /** Files that must be read beside this one. */
    default List<DataFile> companions(Part part, Layout layout) {
        return List.of();
    }

    /** The format of each corpus. */
    static CorpusFormat of(Corpus corpus) {
        return switch (corpus) {
            case BBH -> new BbhFormat();
            case DROP -> new DropFormat();
            case GSM8K -> new Gsm8kFormat();
            case HELLASWAG -> new HellaSwagFormat();
            case MATH -> new MathFormat();
            case MMLU -> new MmluFormat();
            case PIQA -> new PiqaFormat();
            case TRIVIAQA -> new TriviaQaFormat();
        };
    }
}
