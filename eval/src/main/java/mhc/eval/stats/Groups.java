package mhc.eval.stats;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The group that each of some examples is in, such as its cluster or its task, by number: sums over groups need no look-up
 * by name, and are in the order of names.
 *
 * @param names ascending, each once, and each the group of some example
 * @param of index of each example's group in {@code names}
 */
public record Groups(String[] names, int[] of) implements Serializable {
    private static final long serialVersionUID = 1L;

    /** @param each name of each example's group */
    public static Groups of(List<String> each) {
        Map<String, Integer> numbers = new HashMap<>();
        String[] names = numbered(each.stream(), numbers);
        return new Groups(names, each.stream().mapToInt(numbers::get).toArray());
    }

    /** Those of all parts, one after the other. */
    public static Groups joined(Collection<Groups> parts) {
        Map<String, Integer> numbers = new HashMap<>();
        String[] names = numbered(parts.stream().flatMap(part -> Arrays.stream(part.names)), numbers);
        int[] of = new int[parts.stream().mapToInt(Groups::examples).sum()];
        int next = 0;
        for (Groups part : parts) {
            int[] inAll = Arrays.stream(part.names).mapToInt(numbers::get).toArray();
            for (int group : part.of) {
                of[next++] = inAll[group];
            }
        }
        return new Groups(names, of);
    }

    private static String[] numbered(Stream<String> each, Map<String, Integer> numbers) {
        each.forEach(name -> numbers.put(name, 0));
        String[] names = numbers.keySet().toArray(String[]::new);
        Arrays.sort(names);
        for (int i = 0; i < names.length; i++) {
            numbers.put(names[i], i);
        }
        return names;
    }

    /** Those of some examples, in the order of their indices. */
    public Groups picked(int[] examples) {
        int[] left = Arrays.stream(examples)
                .map(example -> of[example])
                .sorted()
                .distinct()
                .toArray();
        return new Groups(
                Arrays.stream(left).mapToObj(group -> names[group]).toArray(String[]::new),
                Arrays.stream(examples)
                        .map(example -> Arrays.binarySearch(left, of[example]))
                        .toArray());
    }

    /** The indices of each group's examples, ascending, by group. */
    public int[][] members() {
        int[] sizes = new int[names.length];
        for (int group : of) {
            sizes[group]++;
        }
        int[][] members = new int[names.length][];
        Arrays.setAll(members, group -> new int[sizes[group]]);
        for (int example = of.length - 1; example >= 0; example--) {
            members[of[example]][--sizes[of[example]]] = example;
        }
        return members;
    }

    public int examples() {
        return of.length;
    }

    public String name(int example) {
        return names[of[example]];
    }

    /** Whether every example is in the group of the same name there. */
    public boolean sameAs(Groups other) {
        return Arrays.equals(of, other.of) && Arrays.equals(names, other.names);
    }

    /**
     * Number and sum of each group's values, by group.
     *
     * @param values of each example
     */
    List<ClusterSum> sums(double[] values) {
        if (values.length != of.length) {
            throw new IllegalArgumentException(values.length + " values for " + of.length + " examples");
        }
        int[] n = new int[names.length];
        double[] sum = new double[names.length];
        for (int i = 0; i < values.length; i++) {
            n[of[i]]++;
            sum[of[i]] += values[i];
        }
        List<ClusterSum> sums = new ArrayList<>(names.length);
        for (int group = 0; group < names.length; group++) {
            sums.add(new ClusterSum(names[group], n[group], sum[group]));
        }
        return sums;
    }
}
