package mhc.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which file is read, and why: the rules of docs/datasets.md. */
class SourceSearchTest {
    private static final String GSM8K = "{\"question\": \"Q\", \"answer\": \"#### 2\"}";
    private static final String MATH =
            "{\"problem\": \"P\", \"level\": \"Level 1\", \"type\": \"Algebra\", \"solution\": \"S\"}";

    @TempDir
    private Path folder;

    private DataRoot root;

    @BeforeEach
    void open() {
        root = new DataRoot(folder);
    }

    private String chosen(Corpus corpus, PoolKind kind, int which) {
        SourceFile file = root.resolve(corpus, kind).get(which);
        return "%s because %s".formatted(file.path().substring(folder.toString().length() + 1), file.why());
    }

    @Test
    void theOfficialNameBeatsTheHubsAndOthers() {
        root.with("gsm8k/test.jsonl", GSM8K)
                .with("gsm8k/main/test.jsonl", GSM8K)
                .with("gsm8k/mine.jsonl", GSM8K);
        assertThat(chosen(Corpus.GSM8K, PoolKind.NONE, 0))
                .isEqualTo("gsm8k/test.jsonl because it has the official name; not read: mine.jsonl, main/test.jsonl");
    }

    @Test
    void theOnlyFileWithAKnownLayoutIsTaken() {
        root.with("gsm8k/mine.jsonl", GSM8K)
                .with("gsm8k/notes.json", "{\"author\": \"me\"}")
                .with("gsm8k/my_train.jsonl", GSM8K)
                .with("gsm8k/.cache/old.jsonl", GSM8K);
        assertThat(chosen(Corpus.GSM8K, PoolKind.TRAIN, 0))
                .isEqualTo("gsm8k/mine.jsonl because it is the only other file here that has a known layout");
        assertThat(chosen(Corpus.GSM8K, PoolKind.TRAIN, 1))
                .isEqualTo("gsm8k/my_train.jsonl because it is the only other file here that has a known layout");
    }

    @Test
    void exemplarsAreNeverScoredUnasked() {
        root.with("gsm8k/eight.jsonl", "{\"question\": \"E\", \"target\": \"The answer is 3.\"}");
        assertThat(root.failure(Corpus.GSM8K)).contains("there is no evaluation file of gsm8k");
    }

    @Test
    void twoOfTheSameRankAreAQuestion() {
        root.with("gsm8k/a.jsonl", GSM8K).with("gsm8k/b.jsonl", GSM8K);
        assertThat(root.failure(Corpus.GSM8K))
                .isEqualTo(
                        "ROOT/gsm8k: several could be the evaluation set (a.jsonl, b.jsonl); name one with files.gsm8k.eval");
        root.with("math/test.jsonl", MATH).with("math/MATH/test/algebra/1.json", MATH);
        assertThat(root.failure(Corpus.MATH))
                .isEqualTo(
                        "ROOT/math: several could be the evaluation set (MATH/test, test.jsonl); name one with files.math.eval");
    }

    @Test
    void theFullTestSetBeatsMath500() {
        root.with("math/test.jsonl", MATH).with("math/math500_test.jsonl", MATH);
        assertThat(chosen(Corpus.MATH, PoolKind.NONE, 0))
                .startsWith("math/test.jsonl because it has the official name");
    }

    @Test
    void aPoolThatDoesNotExist() {
        root.with("gsm8k/test.jsonl", GSM8K);
        assertThat(root.failure(Corpus.GSM8K, PoolKind.CHAIN_OF_THOUGHT, "", ""))
                .isEqualTo(
                        "ROOT/gsm8k: there is no few-shot file of gsm8k (looked for cot.jsonl); put one there or name one"
                                + " with files.gsm8k.pool");
        root.with("bbh/bbh/a.json", "{\"examples\": [{\"input\": \"i\", \"target\": \"t\"}]}");
        assertThat(root.failure(Corpus.BBH, PoolKind.TRAIN, "", ""))
                .isEqualTo("bbh has no train exemplars of its own; name a file with files.bbh.pool");
    }

    @Test
    void overridesMayNameFilesAndFoldersAnywhere() {
        root.with("elsewhere/algebra/1.json", MATH)
                .with("elsewhere/algebra/x.txt", "x")
                .with("q.jsonl", GSM8K);
        assertThat(root.load(Corpus.MATH, PoolKind.NONE, "elsewhere", "").examples())
                .extracting(Example::id)
                .containsExactly("math/test/algebra/1");
        String absolute = folder.resolve("q.jsonl").toString();
        SourceFile file =
                root.load(Corpus.GSM8K, PoolKind.NONE, absolute, "").files().get(0);
        assertThat(file.why()).isEqualTo("files.gsm8k.eval names it");
        assertThat(file.path()).isEqualTo(absolute);
        assertThat(root.load(
                                Corpus.GSM8K,
                                PoolKind.NONE,
                                folder.resolve("q.jsonl").toUri().toString(),
                                "")
                        .examples())
                .extracting(Example::id)
                .containsExactly("gsm8k/q/0");
    }

    @Test
    void aFolderNamedTrainIsTheTrainSplit() {
        root.with("math/MATH/test/algebra/1.json", MATH).with("math/MATH/train/algebra/1.json", MATH);
        LoadedCorpus loaded = root.load(Corpus.MATH, PoolKind.TRAIN, "math/MATH/test", "math/MATH/train");
        assertThat(loaded.examples()).extracting(Example::id).containsExactly("math/test/algebra/1");
        assertThat(loaded.pool().examples()).extracting(Example::id).containsExactly("math/train/algebra/1");
        assertThat(root.load(Corpus.MATH, PoolKind.NONE, "math/MATH/train", "").examples())
                .extracting(Example::id)
                .containsExactly("math/train/algebra/1");
    }

    @Test
    void twoFilesNeverShareIdsButOneFileHasTheSameInBothRoles() {
        root.with("a/test.jsonl", GSM8K).with("b/test.jsonl", GSM8K);
        LoadedCorpus two = root.load(Corpus.GSM8K, PoolKind.TRAIN, "a/test.jsonl", "b/test.jsonl");
        assertThat(two.examples()).extracting(Example::id).containsExactly("gsm8k/test/0");
        assertThat(two.pool().examples()).extracting(Example::id).containsExactly("gsm8k/test-pool/0");
        LoadedCorpus one = root.load(Corpus.GSM8K, PoolKind.TRAIN, "a/test.jsonl", "a/test.jsonl");
        assertThat(one.pool().examples()).isEqualTo(one.examples());
    }

    @Test
    void dataRootsMayHaveBlanksAndBracketsInTheirNames() {
        DataRoot odd = new DataRoot(folder.resolve("my data [1] {x}*"));
        odd.with("gsm8k/test.jsonl", GSM8K);
        assertThat(odd.examples(Corpus.GSM8K)).hasSize(1);
        assertThat(new Corpora("file://" + odd.folder(), new Configuration())
                        .load(Corpus.GSM8K, PoolKind.NONE, FileOverride.NONE)
                        .examples())
                .hasSize(1);
    }

    @Test
    void treesAreReadInTheOrderOfTaskAndNumber() {
        for (String file : List.of("geometry/2", "algebra/10", "algebra/9")) {
            root.with("math/test/" + file + ".json", MATH);
        }
        assertThat(root.examples(Corpus.MATH))
                .extracting(Example::id)
                .containsExactly("math/test/algebra/9", "math/test/algebra/10", "math/test/geometry/2");
    }

    @Test
    void aNamedFolderMayBeATreeOrHoldOne() {
        root.with("mmlu/test/art_test.csv", "Q,a,b,c,d,A").with("mmlu/dev/art_dev.csv", "Q,a,b,c,d,A");
        for (String named : List.of("mmlu", "mmlu/test", "")) {
            assertThat(root.load(Corpus.MMLU, PoolKind.TRAIN, named, named.replace("test", "dev"))
                            .pool()
                            .examples())
                    .extracting(Example::id)
                    .containsExactly("mmlu/dev/art/0");
        }
        root.with("math/test.jsonl", MATH).with("math/MATH/test/algebra/1.json", MATH);
        assertThat(root.failure(Corpus.MATH, PoolKind.NONE, "math", ""))
                .isEqualTo("ROOT/math: several could be meant (MATH/test, test.jsonl); name one with files.math.eval");
    }

    @Test
    void aNamedFileOfATreeKeepsItsTask() {
        String row = "{\"input\": \"i\", \"target\": \"t\"}";
        root.with("bbh/navigate/test-00000-of-00001.jsonl", row)
                .with("bbh/bbh/snarks.json", "{\"examples\": [" + row + "]}");
        assertThat(root.examples(Corpus.BBH, "bbh/navigate/test-00000-of-00001.jsonl"))
                .containsExactly(new Example.Bbh("bbh/test/navigate/0", "navigate", "i", "t"));
        assertThat(root.examples(Corpus.BBH, "bbh/bbh/snarks.json"))
                .containsExactly(new Example.Bbh("bbh/test/snarks/0", "snarks", "i", "t"));
    }

    @Test
    void whatWasPassedOverIsNamed() {
        root.with("gsm8k/test.jsonl", GSM8K);
        for (int i = 0; i < 8; i++) {
            root.with("gsm8k/x" + i + ".jsonl", "not looked at");
        }
        assertThat(chosen(Corpus.GSM8K, PoolKind.NONE, 0))
                .endsWith("not read: x0.jsonl, x1.jsonl, x2.jsonl, x3.jsonl, x4.jsonl, x5.jsonl and 2 more");
    }
}
