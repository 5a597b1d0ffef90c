package mhc.model.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PackedDocumentsTest {
    private static final PackedDocuments.Position START = new PackedDocuments.Position(0, 0);

    /** Document i: i tokens of value 10 + i. */
    private static long[] document(long index) {
        long[] tokens = new long[(int) index];
        Arrays.fill(tokens, 10 + index);
        return tokens;
    }

    @Test
    void rowsHoldEveryTokenOnceWithAnEndBehindEachDocument() {
        PackedDocuments documents = new PackedDocuments(PackedDocumentsTest::document, 0, START);

        assertThat(documents.rows(2, 4)).isDeepEqualTo(new long[][] {{0, 11, 0, 12}, {12, 0, 13, 13}});
        assertThat(documents.rows(1, 3)).isDeepEqualTo(new long[][] {{13, 0, 14}});
        assertThat(documents.position()).isEqualTo(new PackedDocuments.Position(4, 1));
    }

    @Test
    void aPositionIsAllThatItTakesToGoOn() {
        PackedDocuments one = new PackedDocuments(PackedDocumentsTest::document, 0, START);
        List<long[]> rows = new ArrayList<>(List.of(one.rows(40, 7)));
        PackedDocuments other = new PackedDocuments(PackedDocumentsTest::document, 0, START);
        for (int i = 0; i < 40; i++) {
            assertThat(other.rows(1, 7)[0]).isEqualTo(rows.get(i));
            other = new PackedDocuments(PackedDocumentsTest::document, 0, other.position());
        }
    }
}
