package mhc.datasets.curriculum;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import mhc.datasets.Example;

/**
 * The three parts of the curriculum. An item's part is a pure function of its text, whatever the seed: nothing that is
 * asked in a test was ever a training text or an exemplar, in this run or in another.
 */
public enum Division {
    TRAIN,
    POOL,
    TEST;

    /** Lower-case name, as in ids. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static final int TEST_SIXTEENTHS = 2;
    private static final int POOL_SIXTEENTHS = 1;

    /** The part an item belongs to: of sixteen, two are test, one is pool. */
    public static Division of(Example example) {
        int sixteenth = sha256(key(example))[0] & 15;
        if (sixteenth < TEST_SIXTEENTHS) {
            return TEST;
        }
        return sixteenth < TEST_SIXTEENTHS + POOL_SIXTEENTHS ? POOL : TRAIN;
    }

    /**
     * What makes two items the same: corpus and question in lower case with single blanks; for a passage the passage, for
     * options that continue a text the text with the right one (the wrong ones do not make another item of it), for
     * options that a prompt lists the question with them in any order.
     */
    public static String key(Example example) {
        String text = example.getClass().getSimpleName() + " " + question(example);
        return text.toLowerCase(Locale.ROOT).replaceAll("\\s+", " ").strip();
    }

    private static String question(Example example) {
        if (example instanceof Example.Bbh item) {
            return item.task() + " " + item.input();
        } else if (example instanceof Example.Drop item) {
            return item.passage();
        } else if (example instanceof Example.Gsm8k item) {
            return item.question();
        } else if (example instanceof Example.HellaSwag item) {
            return item.contextA() + " " + item.contextB() + " "
                    + item.endings().get(item.gold());
        } else if (example instanceof Example.MathProblem item) {
            return item.problem();
        } else if (example instanceof Example.Mmlu item) {
            return item.question() + " " + item.choices().stream().sorted().toList();
        } else if (example instanceof Example.Piqa item) {
            return item.goal() + " " + item.solutions().get(item.gold());
        } else if (example instanceof Example.TriviaQa item) {
            return item.question();
        }
        throw new AssertionError("unknown example " + example.getClass());
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
