package mhc.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Groups token sequences that open alike, so that what they share is computed once. Two levels cover few-shot prompts:
 * exemplars shared by a family of requests, a context shared by the options of one; a radix tree over all sequences would
 * take this class's place.
 */
final class SharedPrefixes {
    /** Sharing fewer tokens than this costs more in calls than it saves. */
    static final int WORTHWHILE = 16;

    private SharedPrefixes() {}

    /**
     * Members that share their first {@code length} tokens, in the order in which they were given.
     *
     * @param length 0 when nothing is shared
     */
    record Family<T>(int length, List<T> members) {
        Family {
            members = List.copyOf(members);
        }
    }

    /**
     * Families of the members whose first tokens are equal; every member keeps at least one token of its own.
     *
     * @param tokens of a member
     * @param sharable how many of its first tokens a member may give away
     */
    static <T> List<Family<T>> families(
            List<T> members, Function<T, long[]> tokens, java.util.function.ToIntFunction<T> sharable) {
        Map<List<Long>, List<T>> byOpening = new LinkedHashMap<>();
        List<T> alone = new ArrayList<>();
        for (T member : members) {
            if (sharable.applyAsInt(member) < WORTHWHILE) {
                alone.add(member);
            } else {
                List<Long> opening = Arrays.stream(tokens.apply(member), 0, WORTHWHILE)
                        .boxed()
                        .toList();
                byOpening.computeIfAbsent(opening, key -> new ArrayList<>()).add(member);
            }
        }
        List<Family<T>> families = new ArrayList<>();
        for (List<T> family : byOpening.values()) {
            if (family.size() == 1) {
                alone.addAll(family);
            } else {
                families.add(new Family<>(common(family, tokens, sharable), family));
            }
        }
        if (!alone.isEmpty()) {
            families.add(new Family<>(0, alone));
        }
        return families;
    }

    /** Length of the longest common prefix that all members may give away. */
    static <T> int common(List<T> members, Function<T, long[]> tokens, java.util.function.ToIntFunction<T> sharable) {
        long[] first = tokens.apply(members.get(0));
        int length = members.stream().mapToInt(sharable).min().orElse(0);
        for (T member : members) {
            int same = Arrays.mismatch(first, 0, length, tokens.apply(member), 0, length);
            length = same < 0 ? length : same;
        }
        return length;
    }
}
