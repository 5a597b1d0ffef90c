package mhc.datasets.curriculum;

import mhc.datasets.Draw;

/** One kind of item: a template family that draws items of one task of one corpus. Stateless. */
interface Kind {
    /** Sub-task of the corpus, or the empty string where it has none. */
    default String task() {
        return "";
    }

    /** The next item of a stream of choices. */
    Item draw(String id, Draw draw);
}
