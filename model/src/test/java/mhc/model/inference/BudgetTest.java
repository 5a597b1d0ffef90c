package mhc.model.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import mhc.model.InferenceOptions;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.ModelSummary;
import mhc.model.engine.Families;
import mhc.model.engine.Tiny;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be kept and decode together, by what the families' caches cost. */
class BudgetTest {
    static List<String> familiesThatKeepTokens() {
        return Families.NAMES.stream()
                .filter(family -> !family.equals("deepseek-v4"))
                .toList();
    }

    private static Budget budget(String family, InferenceOptions options) {
        return Budget.of(options, Checkpoint.open(Families.folder(family, "mhc")));
    }

    /** Four times as many tokens as a pass has, in any number of sequences. */
    @ParameterizedTest
    @MethodSource("familiesThatKeepTokens")
    void cachesOfTokensAreCountedByTokens(String family) {
        for (String dtype : List.of("float32", "bfloat16")) {
            Budget budget = budget(family, Tiny.options(1000, true, false).withDtype(dtype));
            assertThat(budget.cost().of(4000)).isEqualTo(budget.cacheBytes());
            assertThat(budget.cost().perSequence()).isZero();
            assertThat(budget.rows()).isEqualTo(256);
        }
        assertThat(budget(family, Tiny.options(100, true, false)).rows()).isEqualTo(100);
        assertThat(budget(family, Tiny.options(100, true, true)).rows()).isEqualTo(1);
        assertThat(budget(family, Tiny.options(100, true, true)).alone()).isTrue();
        assertThat(budget(family, Tiny.options(100, true, false)).alone()).isFalse();
    }

    @Test
    void rowsThatAreApartRunTogetherInDeterministicModeToo() {
        Checkpoint checkpoint = Checkpoint.open(Families.folder("llama", "mhc"));
        Budget budget = Budget.of(Tiny.options(100, true, true), checkpoint, true);
        assertThat(budget.rows()).isEqualTo(100);
        assertThat(budget.alone()).isFalse();
        assertThat(budget.block()).isEqualTo(64);
    }

    /** Four layers with vectors of 16 numbers; an entry of 16 for 8 tokens in one, of 16 and 8 for 4 tokens in two. */
    @ParameterizedTest
    @ValueSource(ints = {4, 2})
    void entriesCostWhatTheyTakeInTheMemoryOfWholeTokens(int bytes) {
        String dtype = bytes == 4 ? "float32" : "bfloat16";
        Budget budget = budget("deepseek-v4", Tiny.options(100, true, false).withDtype(dtype));
        assertThat(budget.cacheBytes()).isEqualTo(4 * 100 * 4 * 16 * bytes);
        assertThat(budget.cost().perToken()).isEqualTo(bytes * (16 / 8.0 + 2 * (16 + 8) / 4.0));
        // Windows of 7 vectors, and in float32 what is read of 8 tokens: two numbers a channel, four where runs
        // overlap.
        long read = 4 * 8 * (2 * 16 + 2 * 4 * (16 + 8));
        assertThat(budget.cost().perSequence()).isEqualTo(4 * 7 * 16 * bytes + read);
        assertThat(budget.rows())
                .isEqualTo((int) (budget.cacheBytes() / budget.cost().perSequence()));
        assertThat(budget("deepseek-v4", Tiny.options(1, true, false)).rows()).isEqualTo(1);
    }

    @Test
    void costsAreThoseThatAreReported() {
        Checkpoint checkpoint = Checkpoint.open(Families.folder("deepseek-v4", "mhc"));
        ModelSummary summary = ModelSummary.of(checkpoint);
        CacheCost cost = Budget.of(InferenceOptions.DEFAULT, checkpoint).cost();
        assertThat(cost).isEqualTo(new CacheCost(summary.cacheBytesPerToken(), summary.fixedCacheBytes()));
        assertThat(cost.of(80)).isEqualTo(summary.fixedCacheBytes() + (long) (80 * summary.cacheBytesPerToken()));
        assertThat(cost.ofTokens(80)).isEqualTo((long) (80 * summary.cacheBytesPerToken()));
    }
}
