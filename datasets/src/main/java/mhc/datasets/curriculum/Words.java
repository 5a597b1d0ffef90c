package mhc.datasets.curriculum;

import java.util.List;

/** The small vocabulary that all kinds share, so that a small tokenizer holds each word whole. */
final class Words {
    static final List<String> MEN =
            List.of("Tom", "Ben", "Max", "Sam", "Leo", "Dan", "Hugo", "Paul", "Karl", "Omar", "Finn", "Jack");
    static final List<String> WOMEN =
            List.of("Ann", "Eva", "Mia", "Lena", "Rosa", "Ida", "Nora", "Kate", "Lucy", "Jane", "Sara", "Zoe");
    static final List<String> PEOPLE = join(MEN, WOMEN);

    /** Things that are counted, in the plural. */
    static final List<String> THINGS = List.of(
            "pens", "cups", "books", "coins", "balls", "stamps", "keys", "hats", "bells", "lamps", "cards", "boats",
            "kites", "shells", "rings", "forks");

    static final List<String> COLOURS = List.of("red", "blue", "green", "white", "black", "pink", "brown", "grey");

    static final List<String> FRUITS = List.of("apple", "pear", "plum", "fig", "lemon", "melon", "cherry", "peach");
    static final List<String> ANIMALS = List.of("dog", "cat", "cow", "horse", "goat", "duck", "hen", "sheep");
    static final List<String> TOOLS = List.of("saw", "drill", "hammer", "spade", "rake", "file", "chisel", "wrench");
    static final List<String> CLOTHES = List.of("shirt", "coat", "sock", "scarf", "glove", "skirt", "belt", "shoe");
    static final List<String> INSTRUMENTS =
            List.of("drum", "flute", "harp", "horn", "violin", "piano", "guitar", "bell");

    private static final List<String> NUMBERS =
            List.of("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine");

    private Words() {}

    /** "one" to "nine". */
    static String number(int value) {
        return NUMBERS.get(value);
    }

    /** The noun with its article. */
    static String a(String noun) {
        return ("aeiou".indexOf(noun.charAt(0)) < 0 ? "a " : "an ") + noun;
    }

    static String plural(String noun) {
        if (noun.equals("sheep")) {
            return noun;
        }
        if (noun.endsWith("rry")) {
            return noun.substring(0, noun.length() - 1) + "ies";
        }
        return noun + (noun.endsWith("ch") ? "es" : "s");
    }

    static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private static List<String> join(List<String> first, List<String> second) {
        return java.util.stream.Stream.concat(first.stream(), second.stream()).toList();
    }
}
