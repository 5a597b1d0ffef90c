package mhc.jobs.run;

import static mhc.jobs.run.TextColumns.count;
import static mhc.jobs.run.TextColumns.name;
import static mhc.jobs.run.TextColumns.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TextColumnsTest {
    private static final TextColumns TABLE =
            TextColumns.of(name("model", 8), count("n", 5), number("share", 7, "%.1f%%"), name("file", 6));

    @Test
    void namesStandToTheLeftAndNumbersToTheRight() {
        assertThat(TABLE.header()).isEqualTo("model        n   share file");
        assertThat(TABLE.line("mhc", 12, 3.25, "a.txt")).isEqualTo("mhc         12    3.3% a.txt");
        assertThat(TABLE.line("mhc", "-", "", "")).isEqualTo("mhc          -");
    }

    @Test
    void whatIsTooLongMovesTheRestOfItsLine() {
        assertThat(TABLE.line("baseline-27b", 1_234_567, 0.0, "b")).isEqualTo("baseline-27b 1234567    0.0% b");
    }

    @Test
    void everyColumnHasACell() {
        assertThatThrownBy(() -> TABLE.line("mhc", 12)).hasMessage("2 cells for 4 columns");
    }
}
