package mhc.datasets;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;

/** Finds the sources that lie at given places of a folder. */
final class PlaceSearch {
    private static final Pattern SHARD_COUNT = Pattern.compile("-\\d{5}-of-(\\d{5})");

    private PlaceSearch() {}

    /** All sources at one place. */
    static List<Source> all(CorpusFolder folder, Place place) {
        return place.folders().stream()
                .flatMap(inside -> sources(folder, place, inside).stream())
                .toList();
    }

    /**
     * The sources of the first tier that has any.
     *
     * @param itself whether the folder itself may also stand for a folder that a place names, as when a user names
     *     {@code mmlu/test}
     */
    static List<Source> first(CorpusFolder folder, List<List<Place>> tiers, boolean itself) {
        for (List<Place> tier : tiers) {
            Map<Path, Source> found = new TreeMap<>();
            for (Place place : tier) {
                Stream.concat(place.folders().stream(), itself ? Stream.of("") : Stream.empty())
                        .flatMap(inside -> sources(folder, place, inside).stream())
                        .forEach(source ->
                                found.putIfAbsent(source.parts().get(0).file().path(), source));
            }
            if (!found.isEmpty()) {
                return List.copyOf(found.values());
            }
        }
        return List.of();
    }

    private static List<Source> sources(CorpusFolder folder, Place place, String inside) {
        String prefix = inside.isEmpty() ? "" : inside + "/";
        Map<String, List<Part>> groups = new TreeMap<>();
        for (CorpusFolder.Entry entry : folder.files()) {
            if (!entry.relative().startsWith(prefix)) {
                continue;
            }
            Matcher matcher = place.file().matcher(entry.relative().substring(prefix.length()));
            if (matcher.matches()) {
                String shard = group(matcher, "shard");
                String group = place.tree() ? "" : entry.relative().replace(shard, "");
                groups.computeIfAbsent(group, key -> new ArrayList<>())
                        .add(new Part(entry.file(), group(matcher, "task"), group(matcher, "item")));
            }
        }
        return groups.values().stream()
                .map(parts -> source(folder, place, inside, parts))
                .toList();
    }

    private static Source source(CorpusFolder folder, Place place, String inside, List<Part> parts) {
        requireAllShards(parts);
        Path path = parts.get(0).file().path();
        if (place.tree()) {
            path = inside.isEmpty() ? folder.path() : new Path(folder.path(), inside);
        } else if (parts.size() > 1) {
            path = path.getParent();
        }
        return new Source(path, place.split(), byTaskAndNumber(parts), place.why());
    }

    /** Tasks by name; inside a task by number where the files are numbered, else in path order. */
    private static List<Part> byTaskAndNumber(List<Part> parts) {
        return parts.stream()
                .sorted((a, b) -> {
                    int byTask = a.task().compareTo(b.task());
                    return byTask != 0 || a.item().isEmpty()
                            ? byTask
                            : Long.compare(Long.parseLong(a.item()), Long.parseLong(b.item()));
                })
                .toList();
    }

    private static void requireAllShards(List<Part> parts) {
        Map<String, List<Part>> byCount = parts.stream()
                .filter(part -> SHARD_COUNT.matcher(part.file().name()).find())
                .collect(Collectors.groupingBy(part ->
                        part.task() + SHARD_COUNT.matcher(part.file().name()).replaceFirst("-*-of-$1")));
        byCount.forEach((shards, present) -> {
            int expected = Integer.parseInt(shards.replaceFirst(".*-of-(\\d{5}).*", "$1"));
            if (present.size() != expected) {
                throw new InputException("%s: %d of %d shards are there; fetch the missing ones"
                        .formatted(present.get(0).file(), present.size(), expected));
            }
        });
    }

    /** What a named group of the match holds; {@code ""} when the pattern has no such group or it took no part. */
    static String group(Matcher matcher, String name) {
        if (!matcher.pattern().pattern().contains("(?<" + name + ">")) {
            return "";
        }
        String value = matcher.group(name);
        return value == null ? "" : value;
    }
}
