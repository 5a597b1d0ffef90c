package mhc.reports;

import java.io.Serializable;
import java.util.SortedSet;
import java.util.TreeSet;

/** How examples were asked; one value each, or they do not belong into one table. */
record Asked(SortedSet<String> protocols, SortedSet<Integer> shots, SortedSet<String> versions)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    Asked plus(Asked other) {
        return new Asked(both(protocols, other.protocols), both(shots, other.shots), both(versions, other.versions));
    }

    private static <T> SortedSet<T> both(SortedSet<T> a, SortedSet<T> b) {
        TreeSet<T> both = new TreeSet<>(a);
        both.addAll(b);
        return both;
    }
}
