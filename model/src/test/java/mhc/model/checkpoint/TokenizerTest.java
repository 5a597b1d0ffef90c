package mhc.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import mhc.eval.Answer;
import mhc.eval.Request;
import mhc.model.engine.Tiny;
import mhc.model.inference.GenerateJob;
import mhc.model.inference.GeneratedText;
import mhc.model.inference.UnanswerableException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
    private static Tokenizer tokenizer;

    @BeforeAll
    static void open() {
        tokenizer = Tokenizer.open(Checkpoint.open(Tiny.folder("none")));
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "The answer is 42.",
                "",
                " ",
                "\n\n \t",
                "na\u00efve caf\u00e9",
                "\uD83D\uDE00 \u4E2D\u6587 \u0000 end",
                "don't   stop"
            })
    void anyTextComesBackWhole(String text) {
        assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }

    @Test
    void longTextsAreNotCut() {
        String text = "The answer is 42. ".repeat(2000);
        assertThat(tokenizer.encode(text).length).isGreaterThan(4000);
        assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }

    @Test
    void blanksBeforeTheContinuationBelongToIt() {
        Tokenizer.Pair pair = encodePair("Question: who?\nAnswer: \u00a0", "the man");
        assertThat(pair.context()).isEqualTo(tokenizer.encode("Question: who?\nAnswer:"));
        assertThat(tokenizer.decode(pair.continuation())).isEqualTo(" \u00a0the man");
    }

    @Test
    void continuationTokensAreThoseBehindTheContextsOwnCount() {
        // "an" and "swer" may be one token together: what counts is how many tokens the context has by itself.
        Tokenizer.Pair pair = encodePair("The an", "swer is");
        long[] whole = tokenizer.encode("The answer is");
        assertThat(pair.context()).isEqualTo(tokenizer.encode("The an"));
        assertThat(pair.continuation()).isEqualTo(Arrays.copyOfRange(whole, pair.context().length, whole.length));
    }

    @Test
    void withoutContextTheOpeningTokenStandsBefore() {
        assertThat(encodePair("", " yes").context()).containsExactly(0);
        assertThat(encodePair("", " yes").continuation()).isEqualTo(tokenizer.encode(" yes"));
        assertThat(encodePair("", "<|endoftext|> yes").continuation()).isEqualTo(tokenizer.encode(" yes"));
        assertThat(tokenizer.encodePrompt("")).containsExactly(0);
        assertThat(tokenizer.isEnd(0)).isTrue();
        assertThat(tokenizer.isEnd(1)).isFalse();
    }

    @Test
    void promptsAreMovedByLineFeedsBehindWhatOpensThem() {
        long[] ids = tokenizer.encode("The answer");
        long feed = tokenizer.encode("\n")[0];
        assertThat(tokenizer.shifted(ids, 0)).isSameAs(ids);
        assertThat(tokenizer.shifted(ids, 2))
                .startsWith(feed, feed)
                .endsWith(ids)
                .hasSize(ids.length + 2);
        long[] opened = tokenizer.encodePrompt("");
        assertThat(tokenizer.shifted(opened, 1)).containsExactly(opened[0], feed);
    }

    private static GeneratedText generated(String text, String... stops) {
        GeneratedText generated = new GeneratedText(tokenizer, List.of(stops));
        for (long id : tokenizer.encode(text)) {
            if (generated.add(id)) {
                break;
            }
        }
        return generated;
    }

    @Test
    void generationStopsWithTheTokenThatCompletesAStopString() {
        GeneratedText text = generated("The answer is 42.\n\nQuestion: what then?", "Question:", "\n\n");
        assertThat(text.text()).isEqualTo("The answer is 42.");
        assertThat(text.stopped()).isTrue();
        assertThat(text.tokens()).isLessThan(tokenizer.encode("The answer is 42.\n\nQuestion: what").length);
    }

    @Test
    void stopStringsAreFoundAcrossTokensAndInsideThem() {
        assertThat(generated("one \uD83D\uDE00\uD83D\uDE01 two", "\uD83D\uDE01").text())
                .isEqualTo("one \uD83D\uDE00");
        assertThat(generated("The answer is", "nsw").text()).isEqualTo("The a");
        assertThat(generated("xyzzy plugh", "zy pl").text()).isEqualTo("xyz");
        assertThat(generated("caf\u00e9 noir", "\u00e9 ").text()).isEqualTo("caf");
        assertThat(generated("nothing here", "zzz").stopped()).isFalse();
        assertThat(generated("nothing here", "zzz").text()).isEqualTo("nothing here");
    }

    @Test
    void theFirstStopStringInTheTextCutsWhateverTheirOrder() {
        assertThat(generated("a b c", "c", "b").text()).isEqualTo("a ");
    }

    @Test
    void brokenCharactersDoNotHideAStopString() {
        // Lone continuation bytes never become a character.
        GeneratedText text = new GeneratedText(tokenizer, List.of("stop"));
        long[] broken = tokenizer.encode("\u4E2D");
        for (int i = 0; i < 9; i++) {
            assertThat(text.add(broken[broken.length - 1])).isFalse();
        }
        boolean stopped = false;
        for (long id : tokenizer.encode("a stop")) {
            stopped = text.add(id);
        }
        assertThat(stopped).isTrue();
        assertThat(text.text()).endsWith("a ");
    }

    /** Where a token led by little, what follows may differ elsewhere: the answer says from which character. */
    @Test
    void marksTheFirstTokenThatLedByLittle() throws UnanswerableException {
        Request.Generate request = new Request.Generate("Say so:", List.of("."), 20);
        long[] ids = tokenizer.encode("The answer \u00e4 is.");
        for (int tie = 0; tie < ids.length; tie++) {
            GenerateJob job = GenerateJob.of(request, tokenizer, 100);
            for (int i = 0; i < ids.length; i++) {
                job.add(ids[i], i < tie ? 1 : 1e-5f);
            }
            String before = tokenizer.decode(Arrays.copyOf(ids, tie)).replace("\ufffd", "");
            Answer.Text text = (Answer.Text) job.answer(0);
            assertThat(text.text()).isEqualTo("The answer \u00e4 is");
            assertThat(text.nearTie()).isEqualTo(before.length());
        }
        GenerateJob clear = GenerateJob.of(request, tokenizer, 100);
        for (long id : ids) {
            clear.add(id, 2e-4f);
        }
        assertThat(((Answer.Text) clear.answer(0)).nearTie()).isEqualTo(Answer.Text.CLEAR);
    }

    private static Tokenizer.Pair encodePair(String context, String continuation) {
        List<Tokenizer.Pair> pairs = tokenizer.encodePairs(context, List.of(continuation, " another"));
        assertThat(pairs.get(1).context()).isEqualTo(pairs.get(0).context());
        return pairs.get(0);
    }
}
