package mhc.datasets;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Where files of a split usually lie in a corpus folder.
 *
 * @param example one path of this kind, for messages
 * @param why why a file of this name is taken, for reports
 * @param split split name inside the ids
 * @param folders folders to look in, relative to the corpus folder; {@code ""} is the folder itself
 * @param file what the rest of the path must be; the groups {@code task}, {@code item} and {@code shard} are understood
 * @param tree whether all matching files are read as one; otherwise several (unless shards of one) are ambiguous
 */
record Place(String example, String why, String split, List<String> folders, Pattern file, boolean tree) {
    private static final String SHARD = "(?<shard>-\\d{5}-of-\\d{5}|/\\d{4})?";
    private static final String OFFICIAL = "it has the official name";
    private static final String HUB = "it has the name that the Hugging Face hub gives";

    /** One file under its official name, gzipped or not. */
    static Place official(String split, String name, String... folders) {
        return new Place(
                name, OFFICIAL, split, inOrHere(folders), Pattern.compile(Pattern.quote(name) + "(?:\\.gz)?"), false);
    }

    /** A tree of files under their official names. */
    static Place officialTree(String split, String example, String file, String... folders) {
        return new Place(example, "it is the official tree", split, List.of(folders), Pattern.compile(file), true);
    }

    /** One table as the hub has it: {@code <split>-00000-of-00001.parquet} and the like, or exported as JSON Lines. */
    static Place hub(String split, String hubSplit, String... folders) {
        String file = hubSplit + SHARD + "\\.(?:parquet|jsonl)(?:\\.gz)?";
        return new Place(
                hubSplit + "-00000-of-00001.parquet", HUB, split, inOrHere(folders), Pattern.compile(file), false);
    }

    /** One table for each sub-task, in a folder with its name. */
    static Place hubTree(String split, String hubSplit, String... folders) {
        String file =
                "(?<task>(?!all/|auxiliary_train/)[a-z_]+)/" + hubSplit + SHARD + "\\.(?:parquet|jsonl)(?:\\.gz)?";
        return new Place(
                "<task>/" + hubSplit + "-00000-of-00001.parquet",
                "it is the tree that the Hugging Face hub has",
                split,
                inOrHere(folders),
                Pattern.compile(file),
                true);
    }

    /** A file of hand-written exemplars, told by a word in its name. */
    static Place exemplars(String split, String word) {
        return new Place(
                word + ".jsonl",
                "its name says that it holds the hand-written exemplars",
                split,
                List.of(""),
                Pattern.compile("[^/]*" + word + "[^/]*\\.jsonl(?:\\.gz)?"),
                false);
    }

    private static List<String> inOrHere(String... folders) {
        return folders.length == 0 ? List.of("") : List.of(folders);
    }
}
