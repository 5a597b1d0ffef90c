package mhc.datasets;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Reads the eight corpora below one data root: {@code <root>/<corpus>/...}, on any Hadoop file system. Exactly one
 * evaluation file (or tree) is read for a corpus; which one, and why, stands in {@link SourceFile}. Safe to share between
 * threads.
 */
public final class Corpora {
    private final Path root;
    private final Configuration hadoop;

    /**
     * @param dataRoot folder, as a local path or any Hadoop URI
     * @throws InputException when there is no such folder
     */
    public Corpora(String dataRoot, Configuration hadoop) {
        this.hadoop = hadoop;
        Location location = Location.of("Data folder", dataRoot, hadoop);
        this.root = location.path();
        try {
            if (!location.files().getFileStatus(root).isDirectory()) {
                throw new InputException("%s: the data root is not a folder; give the folder that holds bbh, drop, ..."
                        .formatted(DataFile.shown(root)));
            }
        } catch (FileNotFoundException e) {
            throw new InputException("%s: no such data folder; check the path".formatted(dataRoot), e);
        } catch (IOException e) {
            throw new InputException(
                    "%s: the data folder cannot be reached (%s); check the path and the file system it names"
                            .formatted(dataRoot, e.getMessage()),
                    e);
        }
    }

    /**
     * Reads the examples of a corpus and, unless {@code pool} is NONE, its few-shot pool.
     *
     * @throws InputException when a file is missing, ambiguous, malformed or cut short
     */
    public LoadedCorpus load(Corpus corpus, PoolKind pool, FileOverride override) {
        List<Chosen> chosen = choose(corpus, pool, override);
        Chosen evaluation = chosen.get(0);
        ExampleSink examples = read(corpus, evaluation);
        List<SourceFile> files = new ArrayList<>();
        files.add(evaluation.file().withItems(examples.examples().size()));
        FewShotPool shots = FewShotPool.EMPTY;
        if (chosen.size() > 1) {
            ExampleSink exemplars = read(corpus, chosen.get(1));
            shots = exemplars.pool();
            files.add(chosen.get(1).file().withItems(exemplars.examples().size()));
        }
        return new LoadedCorpus(corpus, examples.examples(), shots, files);
    }

    /** Finds the files that {@link #load} would read, with layout and checksum, without reading examples. */
    public List<SourceFile> resolve(Corpus corpus, PoolKind pool, FileOverride override) {
        return choose(corpus, pool, override).stream().map(Chosen::file).toList();
    }

    private record Chosen(Source source, Layout layout, SourceFile file) {}

    private List<Chosen> choose(Corpus corpus, PoolKind kind, FileOverride override) {
        CorpusFormat format = CorpusFormat.of(corpus);
        SourceSearch search = new SourceSearch(format, root, hadoop);
        Source evaluation = search.evaluation(override.eval());
        List<Chosen> chosen = new ArrayList<>();
        chosen.add(describe(format, SourceFile.EVALUATION, evaluation));
        if (kind != PoolKind.NONE) {
            Source pool = search.pool(kind, override.pool());
            chosen.add(describe(format, SourceFile.POOL, apart(pool, evaluation)));
        }
        return chosen;
    }

    /** Two different sources never share a split name, so that an equal id always means the same item of the same file. */
    private static Source apart(Source pool, Source evaluation) {
        if (pool.path().equals(evaluation.path()) || !pool.split().equals(evaluation.split())) {
            return pool;
        }
        return pool.withSplit(pool.split() + "-pool");
    }

    private Chosen describe(CorpusFormat format, String role, Source source) {
        Layout layout = layout(format, source.parts().get(0));
        List<DataFile> files = source.parts().stream()
                .flatMap(part -> Stream.concat(Stream.of(part.file()), format.companions(part, layout).stream()))
                .toList();
        long bytes = sum(files, DataFile::bytes);
        String path = DataFile.shown(source.path());
        SourceFile file = new SourceFile(
                role, path, source.split(), layout.name(), source.why(), bytes, sha256(source, files), -1);
        return new Chosen(source, layout, file);
    }

    private static long sum(List<DataFile> files, ToLongFunction<DataFile> size) {
        return files.stream().mapToLong(size).sum();
    }

    private static Layout layout(CorpusFormat format, Part part) {
        Head head = Head.of(part.file());
        Optional<Layout> layout = format.layouts().stream()
                .filter(each -> each.matches().test(head, part))
                .findFirst();
        return layout.orElseThrow(() -> {
            String known = format.layouts().stream().map(Layout::fields).collect(Collectors.joining("; or "));
            return new InputException(
                    "%s: this is no known layout of %s: it is %s, and known are: %s; take another file or see docs/datasets.md"
                            .formatted(part.file(), format.corpus().key(), head.described(), known));
        });
    }

    private String sha256(Source source, List<DataFile> files) {
        if (files.size() == 1) {
            return files.get(0).sha256();
        }
        String lines = files.stream()
                .map(file -> "%s  %s\n".formatted(file.sha256(), relative(source, file)))
                .sorted()
                .collect(Collectors.joining());
        return Sha256.of(lines);
    }

    private String relative(Source source, DataFile file) {
        String belowRoot = CorpusFolder.relative(root, file.path());
        if (!belowRoot.startsWith("/")) {
            return belowRoot;
        }
        String belowSource = CorpusFolder.relative(source.path(), file.path());
        return belowSource.startsWith("/") ? file.path().getName() : belowSource;
    }

    private static ExampleSink read(Corpus corpus, Chosen chosen) {
        ExampleSink sink = new ExampleSink(corpus, chosen.source().split());
        for (Part part : chosen.source().parts()) {
            chosen.layout().parser().parse(part, sink);
        }
        if (sink.examples().isEmpty()) {
            throw new InputException("%s: there is not one example in it; fetch the file again"
                    .formatted(chosen.file().path()));
        }
        return sink;
    }
}
