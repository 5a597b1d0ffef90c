package mhc.datasets.curriculum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import mhc.datasets.Corpora;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.FileOverride;
import mhc.datasets.InputException;
import mhc.datasets.LoadedCorpus;
import mhc.datasets.PoolKind;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CurriculumFilesTest {
    @TempDir
    private static Path root;

    @TempDir
    private Path folder;

    @BeforeAll
    static void write() {
        CurriculumFiles.write(root, 7, 20);
    }

    @ParameterizedTest
    @CsvSource({
        "BBH, CHAIN_OF_THOUGHT, 3",
        "DROP, TRAIN, 3",
        "GSM8K, TRAIN, 8",
        "GSM8K, CHAIN_OF_THOUGHT, 8",
        "HELLASWAG, TRAIN, 10",
        "MATH, TRAIN, 4",
        "MATH, CHAIN_OF_THOUGHT, 4",
        "MMLU, TRAIN, 5",
        "PIQA, TRAIN, 0",
        "TRIVIAQA, TRAIN, 5",
    })
    void theReadersTakeEveryFile(Corpus corpus, PoolKind kind, int shots) {
        LoadedCorpus read = new Corpora(root.toString(), new Configuration()).load(corpus, kind, FileOverride.NONE);
        assertThat(read.examples()).hasSize(20);
        assertThat(read.examples()).allMatch(example -> Division.of(example) == Division.TEST);
        boolean perTask = corpus == Corpus.BBH || corpus == Corpus.MMLU;
        for (String task : perTask ? Curriculum.tasks(corpus) : List.of("")) {
            List<Example> pool = perTask ? read.pool().of(task) : read.pool().examples();
            assertThat(pool).hasSizeGreaterThanOrEqualTo(shots);
            assertThat(pool).noneMatch(example -> Division.of(example) == Division.TEST);
            if (corpus != Corpus.GSM8K && corpus != Corpus.MATH || kind == PoolKind.CHAIN_OF_THOUGHT) {
                assertThat(pool.subList(0, shots)).allMatch(example -> Division.of(example) == Division.POOL);
            }
        }
    }

    @Test
    void whatIsReadIsWhatWasDrawn() {
        for (Corpus corpus : Corpus.values()) {
            List<String> drawn = Curriculum.distinct(corpus, Division.TEST, 7, 20).stream()
                    .map(item -> withoutId(item.asked()))
                    .toList();
            List<String> read = new Corpora(root.toString(), new Configuration())
                    .load(corpus, PoolKind.NONE, FileOverride.NONE).examples().stream()
                            .map(CurriculumFilesTest::withoutId)
                            .toList();
            assertThat(read).containsExactlyInAnyOrderElementsOf(drawn);
        }
    }

    private static String withoutId(Example example) {
        return example.toString().replaceAll("(id|passageId|sourceId)=[^,\\]]*", "");
    }

    /** The recorded hash holds on every machine: what smoke evaluates is one and the same test set. */
    @Test
    void theSameSeedGivesTheSameBytes() throws IOException, NoSuchAlgorithmException {
        CurriculumFiles.write(folder.resolve("a"), 7, 64);
        CurriculumFiles.write(folder.resolve("b"), 7, 64);
        CurriculumFiles.write(folder.resolve("c"), 8, 64);
        String hash = hash(folder.resolve("a"));
        assertThat(hash).isEqualTo(hash(folder.resolve("b"))).isNotEqualTo(hash(folder.resolve("c")));
        assertThat(hash).isEqualTo("1c03164ee0909141f5dde9928ffc9916dbab50995e5e97657ef95082336fd6c9");
    }

    private static String hash(Path root) throws IOException, NoSuchAlgorithmException {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                sha.update(root.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
                sha.update(Files.readAllBytes(file));
            }
        }
        return HexFormat.of().formatHex(sha.digest());
    }

    @Test
    void aFolderThatCannotBeWrittenSaysSo() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> CurriculumFiles.write(file, 1, 4))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("name a folder that can be written");
    }
}
