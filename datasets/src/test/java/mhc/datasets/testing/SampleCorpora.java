package mhc.datasets.testing;

import java.nio.file.Path;
import mhc.datasets.Corpora;
import mhc.datasets.Corpus;
import mhc.datasets.FileOverride;
import mhc.datasets.LoadedCorpus;
import mhc.datasets.PoolKind;
import mhc.datasets.Samples;
import org.apache.hadoop.conf.Configuration;

/** The bundled samples as loaded corpora, for tests that must run in a bare checkout. */
public final class SampleCorpora {
    private static final Corpora CORPORA = open();

    private SampleCorpora() {}

    private static Corpora open() {
        Path folder = TestFolders.create("samples");
        Samples.copyTo(folder);
        return new Corpora(folder.toString(), new Configuration());
    }

    /** All sixteen examples of a corpus, and its pool of the kind asked for. */
    public static LoadedCorpus load(Corpus corpus, PoolKind pool) {
        return CORPORA.load(corpus, pool, FileOverride.NONE);
    }
}
