package mhc.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import mhc.datasets.Example.DropAnswer;
import mhc.datasets.Example.DropAnswer.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The layouts of the corpora's own repositories, on fixtures written for this test. */
class OfficialLayoutsTest {
    @TempDir
    private Path folder;

    private DataRoot root;

    @BeforeEach
    void open() {
        root = new DataRoot(folder);
    }

    @Test
    void bbhTasksInNameOrderWithPromptFiles() {
        root.with(
                        "bbh/bbh/walking.json",
                        "{\"canary\": \"c\", \"examples\": [{\"input\": \"w?\", \"target\": \"(A)\"}]}")
                .with(
                        "bbh/bbh/adding.json",
                        "{\"examples\": [",
                        "{\"input\": \"1+1\", \"target\": \"2\"},",
                        "{\"input\": \"2+2\", \"target\": \"4\"}]}")
                .with(
                        "bbh/cot-prompts/adding.txt",
                        "canary",
                        "-----",
                        "Add numbers.",
                        "",
                        "Q: 3+3",
                        "A: Let's think.",
                        "It is 6.",
                        "",
                        "Q: 1+2",
                        "",
                        "So?",
                        "A: It is 3.");
        LoadedCorpus loaded = root.load(Corpus.BBH, PoolKind.CHAIN_OF_THOUGHT, "", "");
        assertThat(loaded.examples())
                .containsExactly(
                        new Example.Bbh("bbh/test/adding/0", "adding", "1+1", "2"),
                        new Example.Bbh("bbh/test/adding/1", "adding", "2+2", "4"),
                        new Example.Bbh("bbh/test/walking/0", "walking", "w?", "(A)"));
        assertThat(loaded.pool().descriptions()).containsExactly(java.util.Map.entry("adding", "Add numbers."));
        assertThat(loaded.pool().of("adding"))
                .containsExactly(
                        new Example.Bbh("bbh/cot/adding/0", "adding", "3+3", "Let's think.\nIt is 6."),
                        new Example.Bbh("bbh/cot/adding/1", "adding", "1+2\n\nSo?", "It is 3."));
    }

    @Test
    void bbhPromptFilesMayLackTheCanaryAndHaveWindowsLineEnds() {
        root.withText("bbh/bbh/a.json", "\uFEFF{\"examples\":[{\"input\":\"i\",\"target\":\"t\"}]}")
                .withText("bbh/cot-prompts/a.txt", "\uFEFFDo it.\r\n\r\nQ: x\r\nA: one\r\ntwo\r\n");
        FewShotPool pool =
                root.load(Corpus.BBH, PoolKind.CHAIN_OF_THOUGHT, "", "").pool();
        assertThat(pool.descriptions()).containsEntry("a", "Do it.");
        assertThat(pool.examples()).containsExactly(new Example.Bbh("bbh/cot/a/0", "a", "x", "one\ntwo"));
    }

    @Test
    void dropTypedAnswersInTheOfficialOrderOfPrecedence() {
        root.with(
                "drop/drop_dataset_dev.json",
                "{\"nfl_1\": {\"passage\": \"P\", \"wiki_url\": \"u\", \"qa_pairs\": [",
                "{\"question\": \"n?\", \"query_id\": \"q1\", \"answer\": {\"number\": \"3\", \"date\": {\"day\": \"\", \"month\": \"\", \"year\": \"\"}, \"spans\": [\"x\"]},",
                " \"validated_answers\": [{\"number\": \"\", \"date\": {}, \"spans\": [\"a\", \"b\"]}, {\"number\": \"3\", \"date\": {}, \"spans\": []}]},",
                "{\"question\": \"d?\", \"query_id\": \"q2\", \"answer\": {\"number\": \"\", \"date\": {\"day\": \"\", \"month\": \"May\", \"year\": \"1871\"}, \"spans\": []}},",
                "{\"question\": \"e?\", \"query_id\": \"q3\", \"answer\": {\"number\": 5, \"spans\": []}}",
                "]}, \"nfl_2\": {\"passage\": \"P2\", \"qa_pairs\": []}}");
        assertThat(root.examples(Corpus.DROP))
                .containsExactly(
                        new Example.Drop(
                                "drop/dev/nfl_1/q1",
                                "nfl_1",
                                "P",
                                "n?",
                                List.of(
                                        new DropAnswer(Kind.NUMBER, List.of("3")),
                                        new DropAnswer(Kind.SPANS, List.of("a", "b")),
                                        new DropAnswer(Kind.NUMBER, List.of("3")))),
                        new Example.Drop(
                                "drop/dev/nfl_1/q2",
                                "nfl_1",
                                "P",
                                "d?",
                                List.of(new DropAnswer(Kind.DATE, List.of("May 1871")))),
                        new Example.Drop(
                                "drop/dev/nfl_1/q3",
                                "nfl_1",
                                "P",
                                "e?",
                                List.of(new DropAnswer(Kind.NUMBER, List.of("5")))));
    }

    @Test
    void dropRowsOfOtherSuites() {
        root.with(
                        "drop/lists.jsonl",
                        "{\"query_id\": \"q\", \"passage\": \"P\", \"question\": \"Q\", \"answers\": [[\"a\", \"b\"], [\"c\"]]}")
                .with(
                        "drop/simple.jsonl",
                        "{\"context\": \"Passage: P\\nmore\\nQuestion: Q\\nAnswer:\", \"completion\": \" c\", \"ref_text\": \"a and b|c\"}");
        Example.Drop lists =
                (Example.Drop) root.examples(Corpus.DROP, "drop/lists.jsonl").get(0);
        assertThat(lists.id()).matches("drop/lists/[0-9a-f]{12}/q");
        assertThat(lists.answers())
                .containsExactly(
                        new DropAnswer(Kind.SPANS, List.of("a", "b")), new DropAnswer(Kind.SPANS, List.of("c")));
        Example.Drop simple =
                (Example.Drop) root.examples(Corpus.DROP, "drop/simple.jsonl").get(0);
        assertThat(simple.id()).matches("drop/simple/[0-9a-f]{12}/0");
        assertThat(simple.passage()).isEqualTo("P\nmore");
        assertThat(simple.question()).isEqualTo("Q");
        assertThat(simple.answers())
                .containsExactly(
                        new DropAnswer(Kind.SPANS, List.of("a and b")), new DropAnswer(Kind.SPANS, List.of("c")));
    }

    @Test
    void gsm8kRowsAndExemplars() {
        root.with("gsm8k/test.jsonl", "{\"question\": \"Q\", \"answer\": \"1+1=<<1+1=2>>2\\n#### 2\"}")
                .with("gsm8k/cot_2shot.jsonl", "{\"question\": \"E\", \"target\": \"It is 3. The answer is 3.\"}");
        LoadedCorpus loaded = root.load(Corpus.GSM8K, PoolKind.CHAIN_OF_THOUGHT, "", "");
        assertThat(loaded.examples()).containsExactly(new Example.Gsm8k("gsm8k/test/0", "Q", "1+1=<<1+1=2>>2\n#### 2"));
        assertThat(loaded.pool().examples())
                .containsExactly(new Example.Gsm8k("gsm8k/cot/0", "E", "It is 3. The answer is 3."));
    }

    @Test
    void hellaSwagRowsAreNumberedByLineAndClusteredBySource() {
        String row = "{\"ind\": 7, \"activity_label\": \"L\", \"ctx_a\": \"A.\", \"ctx_b\": \"he\", \"ctx\": \"A. he\","
                + " \"split\": \"val\", \"label\": 2, \"endings\": [\"w\", \"x\", \"y\", \"z\"], \"source_id\": \"wikihow~1\"}";
        root.with("hellaswag/hellaswag_val.jsonl", row, "", row);
        List<Example> examples = root.examples(Corpus.HELLASWAG);
        assertThat(examples)
                .startsWith(new Example.HellaSwag(
                        "hellaswag/val/0", "L", "A.", "he", List.of("w", "x", "y", "z"), 2, "wikihow~1"));
        assertThat(examples).extracting(Example::id).containsExactly("hellaswag/val/0", "hellaswag/val/1");
        assertThat(examples).extracting(Example::cluster).containsOnly("wikihow~1");
    }

    @Test
    void mathTreeAndRows() {
        String problem =
                "{\n  \"problem\": \"P\",\n  \"level\": \"Level 3\",\n  \"type\": \"Counting & Probability\",\n  \"solution\": \"S\"\n}\n";
        root.withText("math/MATH/test/counting_and_probability/12.json", problem)
                .withText("math/MATH/test/counting_and_probability/3.json", problem)
                .with("other.jsonl", problem.replace("\n", ""))
                .with(
                        "math500.jsonl",
                        "{\"problem\":\"P\",\"solution\":\"S\",\"answer\":\"1\",\"subject\":\"Counting & Probability\",\"level\":3,\"unique_id\":\"test/counting_and_probability/3.json\"}")
                .with("math/minerva.jsonl", "{\"problem\":\"M\",\"solution\":\"N\"}");
        LoadedCorpus loaded = root.load(Corpus.MATH, PoolKind.CHAIN_OF_THOUGHT, "", "");
        assertThat(loaded.examples())
                .containsExactly(
                        new Example.MathProblem(
                                "math/test/counting_and_probability/3",
                                "counting_and_probability",
                                "Level 3",
                                "P",
                                "S"),
                        new Example.MathProblem(
                                "math/test/counting_and_probability/12",
                                "counting_and_probability",
                                "Level 3",
                                "P",
                                "S"));
        assertThat(loaded.pool().examples())
                .containsExactly(new Example.MathProblem("math/minerva/0", "", "", "M", "N"));
        assertThat(root.examples(Corpus.MATH, "other.jsonl"))
                .containsExactly(new Example.MathProblem(
                        "math/other/counting_and_probability/0", "counting_and_probability", "Level 3", "P", "S"));
        assertThat(root.examples(Corpus.MATH, "math500.jsonl"))
                .containsExactly(new Example.MathProblem(
                        "math/math500/counting_and_probability/3", "counting_and_probability", "Level 3", "P", "S"));
    }

    @Test
    void mmluCsvWithQuotesAndLineEndsInsideAField() {
        root.withText(
                        "mmlu/test/college_art_test.csv",
                        "\"Say \"\"hi\"\",\nplease\",a,b,\"c, d\",e,C\r\nQ2,1,2,3,4,A\r\n")
                .withText("mmlu/dev/college_art_dev.csv", "{\"x\"}?,a,b,c,d,D");
        LoadedCorpus loaded = root.load(Corpus.MMLU, PoolKind.TRAIN, "", "");
        assertThat(loaded.examples())
                .containsExactly(
                        new Example.Mmlu(
                                "mmlu/test/college_art/0",
                                "college_art",
                                "Say \"hi\",\nplease",
                                List.of("a", "b", "c, d", "e"),
                                2),
                        new Example.Mmlu(
                                "mmlu/test/college_art/1", "college_art", "Q2", List.of("1", "2", "3", "4"), 0));
        assertThat(loaded.pool().examples()).extracting(Example::id).containsExactly("mmlu/dev/college_art/0");
    }

    @Test
    void piqaRowsWithTheirLabelFile() {
        root.with(
                        "piqa/valid.jsonl",
                        "{\"goal\":\"g\",\"sol1\":\"a\",\"sol2\":\"b\"}",
                        "{\"goal\":\"h\",\"sol1\":\"c\",\"sol2\":\"d\"}")
                .withText("piqa/valid-labels.lst", "1\r\n0");
        assertThat(root.examples(Corpus.PIQA))
                .containsExactly(
                        new Example.Piqa("piqa/valid/0", "g", List.of("a", "b"), 1),
                        new Example.Piqa("piqa/valid/1", "h", List.of("c", "d"), 0));
    }

    @Test
    void triviaQaJsonTsvAndLlmFoundry() {
        root.with(
                        "triviaqa/unfiltered-web-dev.json",
                        "{\"Data\": [{\"Answer\": {\"Aliases\": [\"Io\", \"\uD83D\uDE81\"], \"Value\": \"Io\", \"Type\": \"x\"},",
                        "\"Question\": \"Which moon?\", \"QuestionId\": \"tc_9\", \"SearchResults\": []}],",
                        "\"Domain\": \"Web\", \"VerifiedEval\": false}")
                .with(
                        "dpr_trivia_test.tsv",
                        "Which moon?\t['Io']",
                        "\"\"\"Who\"\" said it?\"\t\"['a', \"\"b's\"\", 'caf\\xe9']\"")
                .with(
                        "rows.jsonl",
                        "{\"context\": \"Question: Which moon?\\nAnswer:\", \"answer\": \"Io\", \"aliases\": [\"Io\", \"Jupiter I\"]}");
        assertThat(root.examples(Corpus.TRIVIAQA))
                .containsExactly(
                        new Example.TriviaQa("triviaqa/dev/tc_9", "Which moon?", "Io", List.of("Io", "\uD83D\uDE81")));
        assertThat(root.examples(Corpus.TRIVIAQA, "dpr_trivia_test.tsv"))
                .containsExactly(
                        new Example.TriviaQa("triviaqa/dev/0", "Which moon?", "", List.of("Io")),
                        new Example.TriviaQa("triviaqa/dev/1", "\"Who\" said it?", "", List.of("a", "b's", "café")));
        assertThat(root.examples(Corpus.TRIVIAQA, "rows.jsonl"))
                .containsExactly(
                        new Example.TriviaQa("triviaqa/rows/0", "Which moon?", "Io", List.of("Io", "Jupiter I")));
    }

    @Test
    void gzipIsToldByContent() {
        String row = "{\"question\": \"Q\", \"answer\": \"#### 2\"}\r\n";
        root.withBytes("gsm8k/test.jsonl.gz", DataRoot.gzip(row))
                .withBytes("packed.jsonl", DataRoot.gzip("\uFEFF" + row));
        assertThat(root.examples(Corpus.GSM8K)).containsExactly(new Example.Gsm8k("gsm8k/test/0", "Q", "#### 2"));
        assertThat(root.examples(Corpus.GSM8K, "packed.jsonl"))
                .containsExactly(new Example.Gsm8k("gsm8k/packed/0", "Q", "#### 2"));
    }
}
