package mhc.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SamplesTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void copy() {
        Samples.copyTo(folder);
    }

    private LoadedCorpus load(Corpus corpus, PoolKind kind) {
        return new Corpora(folder.toString(), new Configuration()).load(corpus, kind, FileOverride.NONE);
    }

    @ParameterizedTest
    @EnumSource(Corpus.class)
    void everyCorpusHasSixteenItems(Corpus corpus) {
        LoadedCorpus loaded = load(corpus, PoolKind.NONE);
        assertThat(loaded.examples()).hasSize(16);
        assertThat(loaded.pool()).isEqualTo(FewShotPool.EMPTY);
        assertThat(loaded.files()).hasSize(1);
        assertThat(loaded.files().get(0).items()).isEqualTo(16);
    }

    @ParameterizedTest
    @CsvSource({
        "BBH, CHAIN_OF_THOUGHT, 12",
        "DROP, TRAIN, 8",
        "GSM8K, TRAIN, 10",
        "GSM8K, CHAIN_OF_THOUGHT, 8",
        "HELLASWAG, TRAIN, 12",
        "MATH, TRAIN, 4",
        "MATH, CHAIN_OF_THOUGHT, 4",
        "MMLU, TRAIN, 20",
        "PIQA, TRAIN, 4",
        "TRIVIAQA, TRAIN, 10",
    })
    void poolsAreLargeEnoughForTheTable(Corpus corpus, PoolKind kind, int items) {
        LoadedCorpus loaded = load(corpus, kind);
        assertThat(loaded.pool().examples()).hasSize(items);
        assertThat(loaded.files().get(1).items()).isEqualTo(items);
    }

    @Test
    void everyBbhTaskHasADescriptionAndThreeExemplars() {
        LoadedCorpus loaded = load(Corpus.BBH, PoolKind.CHAIN_OF_THOUGHT);
        List<String> tasks =
                loaded.examples().stream().map(Example::task).distinct().toList();
        assertThat(tasks).containsExactly("boolean_expressions", "navigate", "object_counting", "word_sorting");
        for (String task : tasks) {
            assertThat(loaded.pool().of(task)).hasSize(3);
            assertThat(loaded.pool().descriptions().get(task)).endsWith(".");
        }
    }

    @Test
    void theIndexNamesEverySampleFile() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            String written = files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .collect(Collectors.joining("\n"));
            String index = new String(
                    Samples.class.getResourceAsStream("samples/index.txt").readAllBytes(), StandardCharsets.UTF_8);
            assertThat(written).isEqualTo(index.strip());
        }
        Path resources = Path.of("src/main/resources/mhc/datasets/samples");
        try (Stream<Path> files = Files.walk(resources)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> resources.relativize(file).toString())
                            .filter(file -> !file.equals("index.txt"))
                            .sorted()
                            .toList())
                    .isEqualTo(Files.readAllLines(resources.resolve("index.txt")));
        }
    }
}
