package mhc.datasets;

import java.util.List;

/**
 * A corpus as read: all evaluation examples in file order (trees: by task name, then file order), the few-shot pool and
 * the files both came from, evaluation first.
 */
public record LoadedCorpus(Corpus corpus, List<Example> examples, FewShotPool pool, List<SourceFile> files) {
    public LoadedCorpus {
        examples = List.copyOf(examples);
        files = List.copyOf(files);
    }
}
