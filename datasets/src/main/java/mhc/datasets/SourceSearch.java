package mhc.datasets;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/** Decides which files of one corpus are read. The rules stand in docs/datasets.md. */
final class SourceSearch {
    private static final Pattern DATA_FILE = Pattern.compile(".*\\.(jsonl|json|parquet|csv|tsv)(\\.gz)?");
    private static final Pattern SPLIT_WORD =
            Pattern.compile("(?<![a-z])(train|test|dev|validation|valid|val)(?![a-z])");
    private static final int NAMED_IN_MESSAGES = 6;

    private final CorpusFormat format;
    private final Path dataRoot;
    private final Configuration hadoop;

    SourceSearch(CorpusFormat format, Path dataRoot, Configuration hadoop) {
        this.format = format;
        this.dataRoot = dataRoot;
        this.hadoop = hadoop;
    }

    /** The evaluation source: the named one, or what the precedence rules find. */
    Source evaluation(String named) {
        return named.isEmpty()
                ? find("evaluation", "eval", format.evaluation(), true)
                : named(named, "eval", format.evaluation());
    }

    /** The few-shot source, likewise; {@code kind} is not NONE. */
    Source pool(PoolKind kind, String named) {
        List<List<Place>> places = format.pool(kind);
        if (!named.isEmpty()) {
            return named(named, "pool", places);
        }
        if (places.isEmpty()) {
            throw new InputException("%s has no %s exemplars of its own; name a file with files.%s.pool"
                    .formatted(key(), kind == PoolKind.TRAIN ? "train" : "chain-of-thought", key()));
        }
        return find("few-shot", "pool", places, false);
    }

    private Source find(String what, String role, List<List<Place>> tiers, boolean evaluation) {
        CorpusFolder folder = corpusFolder(role);
        List<Source> found = PlaceSearch.first(folder, tiers, false);
        if (found.size() == 1) {
            return because(found.get(0), passedOver(folder, found.get(0), tiers));
        }
        List<DataFile> others = found.isEmpty() ? likely(folder, evaluation) : List.of();
        if (others.size() == 1) {
            return single(others.get(0), "it is the only other file here that has a known layout");
        }
        if (found.isEmpty() && others.isEmpty()) {
            throw new InputException(
                    "%s: there is no %s file of %s (looked for %s); put one there or name one with files.%s.%s"
                            .formatted(shown(folder.path()), what, key(), expected(tiers), key(), role));
        }
        List<String> names = found.isEmpty() ? names(folder, others) : sourceNames(folder, found);
        throw new InputException("%s: several could be the %s set (%s); name one with files.%s.%s"
                .formatted(shown(folder.path()), what, listed(names), key(), role));
    }

    /** Candidates of lower rank, and data files that no rule knows. */
    private String passedOver(CorpusFolder folder, Source chosen, List<List<Place>> tiers) {
        List<String> names = new ArrayList<>(names(folder, unknown(folder)));
        tiers.stream()
                .flatMap(tier -> PlaceSearch.first(folder, List.of(tier), false).stream())
                .filter(other -> !other.path().equals(chosen.path()))
                .forEach(other -> names.add(name(folder, other)));
        return names.isEmpty() ? "" : "; not read: " + listed(names);
    }

    private CorpusFolder corpusFolder(String role) {
        Path folder = new Path(dataRoot, key());
        try {
            if (folder.getFileSystem(hadoop).exists(folder)) {
                return CorpusFolder.list(folder, hadoop);
            }
        } catch (IOException e) {
            throw unreachable(folder, e);
        }
        throw new InputException("%s: no such folder; put the files of %s there or name them with files.%s.%s"
                .formatted(shown(folder), key(), key(), role));
    }

    private Source named(String path, String role, List<List<Place>> tiers) {
        String why = "files.%s.%s names it".formatted(key(), role);
        Path wanted;
        FileStatus status;
        try {
            Path below = new Path(dataRoot, new Path(path));
            Location location = Location.of("files.%s.%s".formatted(key(), role), below.toString(), hadoop);
            wanted = location.path();
            status = location.files().getFileStatus(wanted);
        } catch (FileNotFoundException e) {
            throw new InputException(
                    "%s: no such file or folder; correct files.%s.%s"
                            .formatted(shown(new Path(dataRoot, path)), key(), role),
                    e);
        } catch (IOException | IllegalArgumentException e) {
            throw new InputException(
                    "%s: cannot be read (%s); correct files.%s.%s".formatted(path, e.getMessage(), key(), role), e);
        }
        if (!status.isDirectory()) {
            return single(new DataFile(status, hadoop), why);
        }
        CorpusFolder folder = CorpusFolder.list(wanted, hadoop);
        for (List<List<Place>> candidates :
                Stream.concat(Stream.of(tiers), allTiers()).toList()) {
            List<Source> found = PlaceSearch.first(folder, candidates, true);
            if (found.size() > 1) {
                throw new InputException("%s: several could be meant (%s); name one with files.%s.%s"
                        .formatted(shown(wanted), listed(sourceNames(folder, found)), key(), role));
            }
            if (found.size() == 1) {
                Source source = found.get(0);
                boolean itself = source.path().equals(folder.path());
                Optional<String> ownName = itself ? splitWord(folder.path().getName()) : Optional.empty();
                return new Source(source.path(), ownName.orElse(source.split()), source.parts(), why);
            }
        }
        throw new InputException("%s: there is no file of %s in it (looked for %s); correct files.%s.%s"
                .formatted(shown(wanted), key(), expected(tiers.isEmpty() ? format.evaluation() : tiers), key(), role));
    }

    private Source single(DataFile file, String why) {
        String name = file.name().toLowerCase(Locale.ROOT);
        String task = "";
        String split = splitWord(name).orElseGet(() -> stem(name));
        for (Place place : places().toList()) {
            Optional<Matcher> match = Stream.of(file.path().getParent().getName() + "/" + file.name(), file.name())
                    .map(place.file()::matcher)
                    .filter(Matcher::matches)
                    .findFirst();
            if (match.isPresent()) {
                split = place.split();
                task = PlaceSearch.group(match.get(), "task");
                break;
            }
        }
        return new Source(file.path(), split, List.of(new Part(file, task, "")), why);
    }

    /** Data files that no rule knows by name. */
    private List<DataFile> unknown(CorpusFolder folder) {
        Set<Path> known = places().flatMap(place -> PlaceSearch.all(folder, place).stream())
                .flatMap(source -> source.parts().stream())
                .map(part -> part.file().path())
                .collect(Collectors.toSet());
        return folder.files().stream()
                .filter(entry -> DATA_FILE.matcher(entry.relative()).matches())
                .map(CorpusFolder.Entry::file)
                .filter(file -> !known.contains(file.path()))
                .toList();
    }

    /** Those of them that have a known layout and do not call themselves train, or for a pool do. */
    private List<DataFile> likely(CorpusFolder folder, boolean evaluation) {
        return unknown(folder).stream()
                .filter(file -> splitWord(file.name()).filter("train"::equals).isPresent() != evaluation)
                .filter(this::isScored)
                .toList();
    }

    private boolean isScored(DataFile file) {
        Head head = Head.of(file);
        Part part = new Part(file, "", "");
        return format.layouts().stream()
                .filter(layout -> layout.matches().test(head, part))
                .findFirst()
                .filter(Layout::scored)
                .isPresent();
    }

    private Optional<String> splitWord(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        Matcher matcher = SPLIT_WORD.matcher(lower);
        return matcher.find() ? Optional.of(format.split(matcher.group(1), lower)) : Optional.empty();
    }

    private Stream<List<List<Place>>> allTiers() {
        return Stream.of(format.evaluation(), format.pool(PoolKind.TRAIN), format.pool(PoolKind.CHAIN_OF_THOUGHT));
    }

    private Stream<Place> places() {
        return allTiers().flatMap(List::stream).flatMap(List::stream);
    }

    private static String stem(String name) {
        return name.replaceFirst("\\.[^.]*$", "").replaceAll("[^a-z0-9_-]+", "_");
    }

    private static Source because(Source source, String more) {
        return new Source(source.path(), source.split(), source.parts(), source.why() + more);
    }

    private String expected(List<List<Place>> tiers) {
        return tiers.stream()
                .flatMap(List::stream)
                .map(Place::example)
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private static String listed(List<String> names) {
        List<String> distinct = names.stream().distinct().toList();
        String shown = String.join(", ", distinct.subList(0, Math.min(distinct.size(), NAMED_IN_MESSAGES)));
        return distinct.size() > NAMED_IN_MESSAGES
                ? "%s and %d more".formatted(shown, distinct.size() - NAMED_IN_MESSAGES)
                : shown;
    }

    private static List<String> names(CorpusFolder folder, List<DataFile> files) {
        return files.stream()
                .map(file -> CorpusFolder.relative(folder.path(), file.path()))
                .toList();
    }

    private static List<String> sourceNames(CorpusFolder folder, List<Source> sources) {
        return sources.stream().map(source -> name(folder, source)).toList();
    }

    private static String name(CorpusFolder folder, Source source) {
        return source.path().equals(folder.path())
                ? "the tree in it"
                : CorpusFolder.relative(folder.path(), source.path());
    }

    private static InputException unreachable(Path path, IOException cause) {
        return new InputException(
                "%s: cannot be reached (%s); check the path and the file system it names"
                        .formatted(shown(path), cause.getMessage()),
                cause);
    }

    private static String shown(Path path) {
        return DataFile.shown(path);
    }

    private String key() {
        return format.corpus().key();
    }
}
