package mhc.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import mhc.datasets.Documents;
import mhc.datasets.Example;
import mhc.datasets.FewShotPool;
import mhc.datasets.curriculum.Curriculum;
import mhc.datasets.curriculum.Division;
import mhc.datasets.curriculum.Item;
import mhc.eval.Benchmark;
import mhc.eval.Shots;
import mhc.eval.curriculum.TrainingText;
import mhc.eval.paper.PaperProtocol;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tokenizer that was trained on the curriculum, read as a checkpoint's own. */
class CurriculumTokenizerTest {
    private static final int ENTRIES = 1024;
    private static final int LONGEST_PROMPT = 440;

    @TempDir
    private static Path folder;

    private static Tokenizer tokenizer;

    @BeforeAll
    static void open() {
        TinyCheckpoints.write(folder, "none", 1);
        tokenizer = Tokenizer.open(Checkpoint.open(folder));
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void numbersAreReadDigitByDigit() {
        long[] ids = tokenizer.encode("13 + 402 = 415");
        List<String> tokens = Arrays.stream(ids)
                .mapToObj(id -> tokenizer.decode(new long[] {id}))
                .toList();
        assertThat(tokens).containsExactly("1", "3", " +", " 4", "0", "2", " =", " 4", "1", "5");
    }

    @Test
    void endOfTextIsOneTokenThatEndsAText() {
        assertThat(tokenizer.encode("<|endoftext|>")).containsExactly(0);
        assertThat(tokenizer.isEnd(0)).isTrue();
        assertThat(tokenizer.requirePrefix()).isZero();
    }

    /** Three characters a token or more: words are whole. */
    @Test
    void trainingDocumentsComeBackWholeFromFewTokens() {
        Documents text = new TrainingText(PaperProtocol.PROTOCOL, 5);
        long characters = 0;
        long tokens = 0;
        for (long i = 0; i < 500; i++) {
            String document = text.document(i);
            long[] ids = tokenizer.encode(document);
            assertThat(tokenizer.decode(ids)).isEqualTo(document);
            assertThat(Arrays.stream(ids)).allMatch(id -> id > 0 && id < ENTRIES);
            characters += document.length();
            tokens += ids.length;
        }
        assertThat((double) characters / tokens).isGreaterThan(2.9);
    }

    /** A model trained on rows of 512 tokens has seen every position that a prompt of the evaluation takes. */
    @Test
    void everyPromptOfTheEvaluationFitsIntoARowOfTheTraining() {
        for (Benchmark benchmark : PaperProtocol.PROTOCOL.benchmarks()) {
            List<Example> examples = Curriculum.distinct(benchmark.corpus(), Division.TEST, 7, 64).stream()
                    .map(Item::asked)
                    .toList();
            List<Shots> shots = benchmark.drawShots(examples, pool(benchmark), benchmark.defaultShots());
            for (int i = 0; i < examples.size(); i++) {
                String prompt = benchmark.request(examples.get(i), shots.get(i)).context();
                assertThat(tokenizer.encodePrompt(prompt)).hasSizeLessThanOrEqualTo(LONGEST_PROMPT);
            }
        }
    }

    private static FewShotPool pool(Benchmark benchmark) {
        List<String> tasks = Curriculum.tasks(benchmark.corpus());
        Map<String, String> descriptions = tasks.stream()
                .collect(Collectors.toMap(task -> task, task -> Curriculum.description(benchmark.corpus(), task)));
        List<Example> shown = Curriculum.distinct(benchmark.corpus(), Division.POOL, 7, 5 * tasks.size() + 5).stream()
                .map(Item::shown)
                .toList();
        return new FewShotPool(shown, descriptions);
    }
}
