package mhc.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mhc.datasets.testing.SharedInputs;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The real benchmark files: counts and checksums against their manifest, exemplars against recorded prompts. */
class SharedCorporaTest {
    private static final FileOverride DROP =
            new FileOverride("drop/drop_contrast_sets_test.json", "drop/drop_fixture.json");

    /** Items of a file or, added up, of a folder (a prefix that ends in a slash), from MANIFEST.tsv. */
    private static int manifestItems(String pathOrFolder) {
        try (Stream<String> lines = Files.lines(SharedInputs.require("data/MANIFEST.tsv"))) {
            return lines.skip(1)
                    .map(line -> line.split("\t"))
                    .filter(f -> pathOrFolder.endsWith("/") ? f[0].startsWith(pathOrFolder) : f[0].equals(pathOrFolder))
                    .mapToInt(f -> Integer.parseInt(f[3]))
                    .sum();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String manifestSha256(String path) throws IOException {
        try (Stream<String> lines = Files.lines(SharedInputs.require("data/MANIFEST.tsv"))) {
            return lines.map(line -> line.split("\t"))
                    .filter(f -> f[0].equals(path))
                    .map(f -> f[2])
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static Corpora corpora() {
        return new Corpora(SharedInputs.require("data").toString(), new Configuration());
    }

    private static LoadedCorpus load(Corpus corpus, PoolKind kind, String eval, String pool) {
        return corpora().load(corpus, kind, new FileOverride(eval, pool));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "BBH,       CHAIN_OF_THOUGHT, '', '', bbh/bbh/, bbh/cot-prompts/",
                "GSM8K,     CHAIN_OF_THOUGHT, '', '', gsm8k/test.jsonl, gsm8k/cot_8shot.jsonl",
                "GSM8K,     TRAIN, '', '', gsm8k/test.jsonl, gsm8k/train.jsonl",
                "MMLU,      TRAIN, '', '', mmlu/test/, mmlu/dev/",
                "PIQA,      TRAIN, '', '', piqa/valid.jsonl, piqa/train.jsonl",
                "HELLASWAG, NONE,  '', '', hellaswag/hellaswag_val.jsonl, -",
                "HELLASWAG, TRAIN, '', hellaswag/olmes_fewshot.jsonl, hellaswag/hellaswag_val.jsonl, hellaswag/olmes_fewshot.jsonl",
                "DROP, TRAIN, drop/drop_contrast_sets_test.json, drop/drop_fixture.json, drop/drop_contrast_sets_test.json, drop/drop_fixture.json",
                "DROP, TRAIN, drop/drop_v0_dev.jsonl.gz, drop/drop_dev_1000_olmes.jsonl, drop/drop_v0_dev.jsonl.gz, drop/drop_dev_1000_olmes.jsonl",
                "MATH, CHAIN_OF_THOUGHT, math/test.jsonl, '', math/test.jsonl, math/minerva_4shot.jsonl",
                "MATH, TRAIN, math/MATH/test, math/math500_test.jsonl, math/MATH/test/, math/math500_test.jsonl",
                "TRIVIAQA, TRAIN, triviaqa/dpr_trivia_test.tsv, triviaqa/dpr_trivia_dev_2000.tsv, triviaqa/dpr_trivia_test.tsv, triviaqa/dpr_trivia_dev_2000.tsv",
                "TRIVIAQA, TRAIN, triviaqa/triviaqa_sm_sub.jsonl, triviaqa/hf_rows_5.jsonl, triviaqa/triviaqa_sm_sub.jsonl, triviaqa/hf_rows_5.jsonl",
                "TRIVIAQA, TRAIN, triviaqa/qa/web-dev.json, triviaqa/qa/web-train.json, triviaqa/qa/web-dev.json, triviaqa/qa/web-train.json",
                "TRIVIAQA, TRAIN, triviaqa/triviaqa_sample.json, triviaqa/qa/wikipedia-train.json, triviaqa/triviaqa_sample.json, triviaqa/qa/wikipedia-train.json",
            })
    void everyFileHasAsManyItemsAsItsManifestSays(
            Corpus corpus, PoolKind kind, String eval, String pool, String evalFiles, String poolFiles)
            throws IOException {
        LoadedCorpus loaded = load(corpus, kind, eval, pool);
        assertThat(loaded.examples()).hasSize(manifestItems(evalFiles));
        assertThat(loaded.files().get(0).items()).isEqualTo(manifestItems(evalFiles));
        if (kind != PoolKind.NONE) {
            assertThat(loaded.pool().examples()).hasSize(manifestItems(poolFiles));
        }
        if (!evalFiles.endsWith("/") && corpus != Corpus.PIQA) {
            assertThat(loaded.files().get(0).sha256()).isEqualTo(manifestSha256(evalFiles));
        }
        Set<String> ids = new HashSet<>();
        Stream.concat(loaded.examples().stream(), loaded.pool().examples().stream())
                .forEach(example ->
                        assertThat(ids.add(example.id())).as(example.id()).isTrue());
    }

    @Test
    void theChecksumOfATreeIsThatOfItsSortedLines() {
        List<SourceFile> bbh = corpora().resolve(Corpus.BBH, PoolKind.CHAIN_OF_THOUGHT, FileOverride.NONE);
        assertThat(bbh)
                .extracting(SourceFile::sha256)
                .containsExactly(
                        "51ddd894f565218ec63a5963e15f98f43fc0f7730c19cb4fc2e0a53142d94f2c",
                        "4b0a025e80a4bc07493455a9ce66c280cb98966c02081c1b4424b2822a1669bb");
        assertThat(bbh).extracting(SourceFile::items).containsOnly(-1);
    }

    @Test
    void theSameFileAsPoolHasTheSameIds() {
        LoadedCorpus loaded = load(
                Corpus.HELLASWAG, PoolKind.TRAIN, "hellaswag/hellaswag_val.jsonl", "hellaswag/hellaswag_val.jsonl");
        assertThat(loaded.pool().examples()).isEqualTo(loaded.examples());
        assertThat(loaded.examples().get(17).id()).isEqualTo("hellaswag/val/17");
        assertThat(loaded.examples().get(0).cluster()).startsWith("activitynet~");
    }

    @Test
    void idsNameTheItemInItsSource() {
        assertThat(load(Corpus.MATH, PoolKind.NONE, "math/MATH/test", "").examples())
                .extracting(Example::id)
                .contains("math/test/number_theory/22", "math/test/precalculus/24313");
        assertThat(load(Corpus.MATH, PoolKind.NONE, "math/math500_test.jsonl", "")
                        .examples())
                .extracting(Example::id)
                .contains("math/test/precalculus/807");
        assertThat(load(Corpus.TRIVIAQA, PoolKind.NONE, "triviaqa/dpr_trivia_test.tsv", "")
                        .examples())
                .extracting(Example::id)
                .startsWith("triviaqa/dev/0", "triviaqa/dev/1");
        assertThat(corpora()
                        .load(Corpus.DROP, PoolKind.TRAIN, DROP)
                        .pool()
                        .examples()
                        .get(1)
                        .id())
                .isEqualTo("drop/drop_fixture/history_720/215fb32f-542e-49cd-a7a9-7e965ce8814e");
    }

    @Test
    void theTwoLayoutsOfMath500HoldTheSameProblems() {
        Map<String, Example> tree = byId(load(Corpus.MATH, PoolKind.NONE, "math/MATH/test", ""));
        Map<String, Example> rows = byId(load(Corpus.MATH, PoolKind.NONE, "math/math500_test.jsonl", ""));
        assertThat(rows).isEqualTo(tree);
    }

    private static Map<String, Example> byId(LoadedCorpus loaded) {
        return loaded.examples().stream().collect(Collectors.toMap(Example::id, example -> example));
    }

    @Test
    void whatCannotBeDecidedIsAsked() {
        Corpora corpora = corpora();
        assertThatThrownBy(() -> corpora.resolve(Corpus.DROP, PoolKind.NONE, FileOverride.NONE))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("drop_contrast_sets_test.json, drop_dev_1000_olmes.jsonl, drop_fixture.json")
                .hasMessageEndingWith("name one with files.drop.eval");
        assertThatThrownBy(() -> corpora.resolve(Corpus.MATH, PoolKind.NONE, FileOverride.NONE))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith(
                        "several could be the evaluation set (MATH/test, test.jsonl); name one with files.math.eval");
        assertThatThrownBy(() -> corpora.resolve(Corpus.TRIVIAQA, PoolKind.NONE, FileOverride.NONE))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith("name one with files.triviaqa.eval");
        assertThatThrownBy(() -> corpora.resolve(Corpus.HELLASWAG, PoolKind.TRAIN, FileOverride.NONE))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("there is no few-shot file of hellaswag (looked for hellaswag_train.jsonl")
                .hasMessageEndingWith("name one with files.hellaswag.pool");
    }

    /** The recorded prompts begin with description and exemplars; ours, put together the same way, must be equal. */
    @Test
    void bbhPromptFilesGiveTheRecordedPrompts() throws IOException {
        FewShotPool pool = corpora()
                .load(Corpus.BBH, PoolKind.CHAIN_OF_THOUGHT, FileOverride.NONE)
                .pool();
        int compared = 0;
        for (Map.Entry<String, String> golden : recordedBbhContexts().entrySet()) {
            String task = golden.getKey();
            StringBuilder prompt = new StringBuilder(pool.descriptions().get(task)).append("\n\n");
            for (Example example : pool.of(task)) {
                Example.Bbh exemplar = (Example.Bbh) example;
                prompt.append("Q: " + exemplar.input() + "\nA: " + exemplar.target() + "\n\n");
            }
            assertThat(golden.getValue()).as(task).startsWith(prompt);
            compared++;
        }
        assertThat(compared).isPositive();
    }

    private static Map<String, String> recordedBbhContexts() throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        Map<String, String> contexts = new HashMap<>();
        try (Stream<Path> files = Files.list(SharedInputs.require("goldens/lm-eval"))) {
            for (Path file : files.filter(f -> f.getFileName().toString().startsWith("bbh_"))
                    .toList()) {
                List<String> lines = Files.readAllLines(file);
                JsonNode example = mapper.readTree(lines.get(1));
                String task = file.getFileName().toString().replaceFirst("bbh_cot_fewshot_([a-z_]+)\\..*", "$1");
                contexts.put(task, example.at("/arguments/0/0").textValue());
            }
        }
        return contexts;
    }

    /** llm-foundry holds the same questions and aliases as JSON; it cut some aliases short. */
    @Test
    void pythonListsOfDprHoldTheAliasesThatLlmFoundryHasAsJson() {
        Map<String, List<String>> aliases = new HashMap<>();
        for (Example example : load(Corpus.TRIVIAQA, PoolKind.NONE, "triviaqa/dpr_trivia_test.tsv", "")
                .examples()) {
            Example.TriviaQa question = (Example.TriviaQa) example;
            aliases.put(question.question(), question.aliases());
        }
        int all = 0;
        int equal = 0;
        for (Example example : load(Corpus.TRIVIAQA, PoolKind.NONE, "triviaqa/triviaqa_sm_sub.jsonl", "")
                .examples()) {
            Example.TriviaQa question = (Example.TriviaQa) example;
            assertThat(aliases).containsKey(question.question());
            for (String alias : question.aliases()) {
                all++;
                equal += aliases.get(question.question()).contains(alias) ? 1 : 0;
            }
        }
        assertThat((double) equal / all).isGreaterThan(0.97);
    }
}
