package mhc.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user reads when a file is not as it should be: one sentence with file, line, field and remedy. */
class DamagedFilesTest {
    private static final String GSM8K_ROW = "{\"question\": \"Q\", \"answer\": \"#### 2\"}";

    @TempDir
    private Path folder;

    private DataRoot root;

    @BeforeEach
    void open() {
        root = new DataRoot(folder);
    }

    @Test
    void aLineThatIsCutShort() {
        root.withText("gsm8k/test.jsonl", GSM8K_ROW + "\n" + GSM8K_ROW + "\n{\"question\": \"Wh");
        assertThat(root.failure(Corpus.GSM8K))
                .isEqualTo(
                        "ROOT/gsm8k/test.jsonl, line 3: this is not one whole JSON object (Unexpected end-of-input:"
                                + " was expecting closing quote for a string value); the line is cut short or damaged: fetch the file again");
    }

    @Test
    void aFirstLineThatIsCutShort() {
        root.withText("gsm8k/test.jsonl", "{\"question\": \"Q\", \"answer\": \"#");
        assertThat(root.failure(Corpus.GSM8K)).startsWith("ROOT/gsm8k/test.jsonl, line 1: this is not one whole JSON");
        root.withText("gsm8k/test.jsonl", "{\"question\": \"Q\"");
        assertThat(root.failure(Corpus.GSM8K))
                .startsWith(
                        "ROOT/gsm8k/test.jsonl: this is no known layout of gsm8k: it is JSON with the fields question,"
                                + " and known are: question, answer; or question, target;");
    }

    @Test
    void aLineBrokenInTheMiddleAndMoreAfterAnObject() {
        root.with("gsm8k/test.jsonl", GSM8K_ROW, "{\"question\": \"Q\", ", "\"answer\": \"#### 2\"}");
        assertThat(root.failure(Corpus.GSM8K)).startsWith("ROOT/gsm8k/test.jsonl, line 2: ");
        root.with("gsm8k/test.jsonl", GSM8K_ROW, GSM8K_ROW + GSM8K_ROW);
        assertThat(root.failure(Corpus.GSM8K)).startsWith("ROOT/gsm8k/test.jsonl, line 2: ");
        root.with("gsm8k/test.jsonl", GSM8K_ROW, GSM8K_ROW, "[1]");
        assertThat(root.failure(Corpus.GSM8K))
                .isEqualTo("ROOT/gsm8k/test.jsonl, line 3: this is not a JSON object; fetch the file again");
    }

    @Test
    void aGzipStreamThatIsCutShort() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            text.append("{\"question\": \"Q").append(i * 7919 % 10_007).append("\", \"answer\": \"#### 2\"}\n");
        }
        byte[] whole = DataRoot.gzip(text.toString());
        root.withBytes("gsm8k/test.jsonl.gz", Arrays.copyOf(whole, whole.length / 2));
        assertThat(root.failure(Corpus.GSM8K))
                .matches("ROOT/gsm8k/test\\.jsonl\\.gz, near line \\d+: the gzip stream ends early, so the file is cut"
                        + " short; fetch it again");
        root.withBytes("gsm8k/test.jsonl.gz", Arrays.copyOf(whole, whole.length - 4));
        assertThat(root.failure(Corpus.GSM8K)).startsWith("ROOT/gsm8k/test.jsonl.gz, near line 20000: the gzip stream");
        whole[whole.length - 6] ^= 1;
        root.withBytes("gsm8k/test.jsonl.gz", whole);
        assertThat(root.failure(Corpus.GSM8K)).contains("the gzip stream is damaged");
    }

    @Test
    void aDocumentThatIsCutShort() {
        String document = "{\"p1\": {\"passage\": \"P\", \"qa_pairs\": [\n{\"question\": \"Q\", \"query_id\": \"q\","
                + " \"answer\": {\"number\": \"1\", \"date\": {}, \"spans\": []}}]}\n}";
        root.withText("drop/drop_dataset_dev.json", document.substring(0, document.length() - 1));
        assertThat(root.failure(Corpus.DROP))
                .startsWith("ROOT/drop/drop_dataset_dev.json, line 3: the JSON breaks off or is damaged here");
        root.withText("drop/drop_dataset_dev.json", document.substring(0, 90));
        assertThat(root.failure(Corpus.DROP))
                .startsWith("ROOT/drop/drop_dataset_dev.json, line 2: the JSON breaks off or is damaged here");
        root.withText("drop/drop_dataset_dev.json", document + "x");
        assertThat(root.failure(Corpus.DROP)).startsWith("ROOT/drop/drop_dataset_dev.json, line 3: ");
        byte[] packed = DataRoot.gzip(document);
        root.withBytes("drop/drop_dataset_dev.json", Arrays.copyOf(packed, packed.length - 9));
        assertThat(root.failure(Corpus.DROP))
                .matches("ROOT/drop/drop_dataset_dev.json, near line \\d: the gzip stream ends early, .*");
        root.withText("bbh/bbh/a.json", "{\"examples\": [{\"input\": \"i\", \"target\": \"t\"}");
        assertThat(root.failure(Corpus.BBH)).startsWith("ROOT/bbh/bbh/a.json, line 1: the JSON breaks off");
    }

    @Test
    void aFieldOfAnotherType() {
        root.with("gsm8k/test.jsonl", GSM8K_ROW, "{\"question\": 17, \"answer\": \"#### 2\"}");
        assertThat(root.failure(Corpus.GSM8K))
                .isEqualTo("ROOT/gsm8k/test.jsonl, line 2: field 'question' must be a text, but is 17;"
                        + " correct it or fetch the file again");
        root.with("gsm8k/test.jsonl", GSM8K_ROW, "{\"question\": \"Q\"}");
        assertThat(root.failure(Corpus.GSM8K)).contains("line 2: field 'answer' must be a text, but is missing;");
        String passage =
                "{\"p1\": {\"passage\": \"P\", \"qa_pairs\": [{\"question\": \"Q\", \"query_id\": \"q\", \"answer\": %s}]}}";
        root.with("drop/drop_dataset_dev.json", passage.formatted("{\"spans\": \"x\"}"));
        assertThat(root.failure(Corpus.DROP))
                .isEqualTo(
                        "ROOT/drop/drop_dataset_dev.json, line 1, passage p1: field 'qa_pairs[0].answer.spans' must be"
                                + " a list of texts, but is \"x\"; correct it or fetch the file again");
        root.with("drop/drop_dataset_dev.json", passage.formatted("{}"));
        assertThat(root.failure(Corpus.DROP)).contains("field 'qa_pairs[0].answer.number' must be");
    }

    @Test
    void labelsThatAreNotThere() {
        String row = "{\"activity_label\": \"L\", \"ctx_a\": \"A\", \"ctx_b\": \"\", \"label\": %s, \"endings\": %s}";
        root.with("hellaswag/hellaswag_val.jsonl", row.formatted("\"\"", "[\"a\", \"b\", \"c\", \"d\"]"));
        assertThat(root.failure(Corpus.HELLASWAG))
                .isEqualTo(
                        "ROOT/hellaswag/hellaswag_val.jsonl, line 1: field 'label' must be a whole number from 0 to 3,"
                                + " but is \"\"; this is a split whose labels are not published: take another one");
        root.with("hellaswag/hellaswag_val.jsonl", row.formatted("4", "[\"a\", \"b\", \"c\", \"d\"]"));
        assertThat(root.failure(Corpus.HELLASWAG)).contains("from 0 to 3, but is 4; correct it");
        root.with("hellaswag/hellaswag_val.jsonl", row.formatted("1.0", "[\"a\", \"b\", \"c\", \"d\"]"));
        assertThat(root.failure(Corpus.HELLASWAG)).contains("from 0 to 3, but is 1.0; correct it");
        root.with("hellaswag/hellaswag_val.jsonl", row.formatted("1", "[\"a\", \"b\", \"c\"]"));
        assertThat(root.failure(Corpus.HELLASWAG)).contains("field 'endings' must be a list of 4 texts, but is [");
    }

    @Test
    void piqaFilesThatDoNotBelongTogether() {
        String row = "{\"goal\": \"g\", \"sol1\": \"a\", \"sol2\": \"b\"}";
        root.with("piqa/valid.jsonl", row, row);
        assertThat(root.failure(Corpus.PIQA))
                .isEqualTo("ROOT/piqa/valid-labels.lst: no such file; it holds the labels of ROOT/piqa/valid.jsonl:"
                        + " put it beside, or use rows with a label field");
        root.with("piqa/valid-labels.lst", "0", "1", "1");
        assertThat(root.failure(Corpus.PIQA))
                .isEqualTo("ROOT/piqa/valid-labels.lst has 3 labels for the 2 rows of ROOT/piqa/valid.jsonl;"
                        + " fetch both files of the same split again");
        root.with("piqa/valid-labels.lst", "0", "2");
        assertThat(root.failure(Corpus.PIQA))
                .isEqualTo(
                        "ROOT/piqa/valid-labels.lst, line 2: a label must be 0 or 1, but is \"2\"; fetch the file again");
    }

    @Test
    void mmluRowsOfAnotherShape() {
        root.with("mmlu/test/x_test.csv", "Q,a,b,c,d,A", "\"Q\n2\",a,b,c,d,B", "Q,a,b,c,D");
        assertThat(root.failure(Corpus.MMLU))
                .isEqualTo(
                        "ROOT/mmlu/test/x_test.csv, line 4: a row must have 6 columns (question, A, B, C, D, answer),"
                                + " but has 5; correct it or fetch the file again");
        root.with("mmlu/test/x_test.csv", "Q,a,b,c,d,E");
        assertThat(root.failure(Corpus.MMLU))
                .isEqualTo(
                        "ROOT/mmlu/test/x_test.csv, line 1: the answer (column 6) must be A, B, C or D, but is \"E\";"
                                + " correct it or fetch the file again");
        root.with("mmlu/test/x_test.csv", "Q,a,b,c,d,A", "\"Q,a,b,c,d,A");
        assertThat(root.failure(Corpus.MMLU))
                .startsWith(
                        "ROOT/mmlu/test/x_test.csv, line 2: the quoting is broken or the file is cut short in this row");
    }

    @Test
    void promptFilesWithoutExemplarsOrAnswers() {
        root.with("bbh/bbh/a.json", "{\"examples\": [{\"input\": \"i\", \"target\": \"t\"}]}")
                .with("bbh/cot-prompts/a.txt", "canary", "-----", "Do it.");
        assertThat(root.failure(Corpus.BBH, PoolKind.CHAIN_OF_THOUGHT, "", ""))
                .startsWith("ROOT/bbh/cot-prompts/a.txt: there is no exemplar");
        root.with("bbh/cot-prompts/a.txt", "Do it.", "", "Q: x", "A: y", "", "Q: z");
        assertThat(root.failure(Corpus.BBH, PoolKind.CHAIN_OF_THOUGHT, "", ""))
                .startsWith("ROOT/bbh/cot-prompts/a.txt, exemplar 2: there is no answer");
    }

    @Test
    void aPythonListThatIsCutShort() {
        root.with("dpr_trivia_test.tsv", "Q1\t['a']", "Q2\t['a', 'b");
        assertThat(root.failure(Corpus.TRIVIAQA, PoolKind.NONE, "dpr_trivia_test.tsv", ""))
                .isEqualTo(
                        "ROOT/dpr_trivia_test.tsv, line 2: column 2 must be a Python list of strings (expected more: the"
                                + " list ends early at character 9); correct it or fetch the file again");
        root.with("dpr_trivia_test.tsv", "Q1\t[]");
        assertThat(root.failure(Corpus.TRIVIAQA, PoolKind.NONE, "dpr_trivia_test.tsv", ""))
                .contains("line 1: the question has no aliases;");
    }

    @Test
    void anIdThatComesTwice() {
        String question =
                "{\"question\": \"Q\", \"query_id\": \"q\", \"answer\": {\"number\": \"1\", \"date\": {}, \"spans\": []}}";
        root.with(
                "drop/drop_dataset_dev.json",
                "{\"p1\": {\"passage\": \"P\", \"qa_pairs\": [" + question + "]},",
                "\"p1\": {\"passage\": \"P\", \"qa_pairs\": [" + question + "]}}");
        assertThat(root.failure(Corpus.DROP))
                .isEqualTo("ROOT/drop/drop_dataset_dev.json, line 2, passage p1: the id drop/dev/p1/q stands already at"
                        + " ROOT/drop/drop_dataset_dev.json, line 1, passage p1; remove one of the two");
    }

    @Test
    void emptyFilesAndUnknownLayouts() {
        root.withText("gsm8k/test.jsonl", "");
        assertThat(root.failure(Corpus.GSM8K)).isEqualTo("ROOT/gsm8k/test.jsonl: the file is empty; fetch it again");
        root.withText("gsm8k/test.jsonl", "\n\n  \n");
        assertThat(root.failure(Corpus.GSM8K)).isEqualTo("ROOT/gsm8k/test.jsonl: the file is empty; fetch it again");
        root.withText("gsm8k/test.jsonl", "question,answer\n");
        assertThat(root.failure(Corpus.GSM8K))
                .isEqualTo("ROOT/gsm8k/test.jsonl: this is no known layout of gsm8k: it is plain text, and known are:"
                        + " question, answer; or question, target; take another file or see docs/datasets.md");
        root.with("bbh/bbh/a.json", "{\"examples\": []}");
        assertThat(root.failure(Corpus.BBH))
                .isEqualTo("ROOT/bbh/bbh: there is not one example in it; fetch the file again");
    }

    @Test
    void bytesThatAreNotUtf8() {
        root.withBytes("gsm8k/test.jsonl", (GSM8K_ROW + "\n\"caf\u00e9\"\n").getBytes(StandardCharsets.ISO_8859_1));
        assertThat(root.failure(Corpus.GSM8K))
                .isEqualTo("ROOT/gsm8k/test.jsonl: there are bytes that are not UTF-8;"
                        + " save the file as UTF-8 or fetch it again");
    }

    @Test
    void aParquetFileThatIsCutShort() {
        root.withText("gsm8k/test-00000-of-00001.parquet", "PAR1 and no footer");
        assertThat(root.failure(Corpus.GSM8K))
                .startsWith("ROOT/gsm8k/test-00000-of-00001.parquet: this is not a whole Parquet file (")
                .endsWith("it is cut short or damaged: fetch it again");
    }

    @Test
    void foldersThatAreNotThere() {
        assertThatThrownBy(() -> new Corpora(folder + "/none", new Configuration()))
                .isInstanceOf(InputException.class)
                .hasMessage(folder + "/none: no such data folder; check the path");
        assertThatThrownBy(() -> new Corpora("nofs://host/none", new Configuration()))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "Data folder nofs://host/none has the scheme nofs, which nothing here reads: give a local path, hdfs:"
                                + " or s3a:, or add the connector of nofs with --packages or --jars, as for spark-submit");
        assertThat(root.failure(Corpus.GSM8K))
                .isEqualTo(
                        "ROOT/gsm8k: no such folder; put the files of gsm8k there or name them with files.gsm8k.eval");
        root.with("gsm8k/README.md", "nothing");
        assertThat(root.failure(Corpus.GSM8K))
                .isEqualTo("ROOT/gsm8k: there is no evaluation file of gsm8k (looked for test.jsonl,"
                        + " test-00000-of-00001.parquet); put one there or name one with files.gsm8k.eval");
        assertThat(root.failure(Corpus.GSM8K, PoolKind.NONE, "gsm8k/none.jsonl", ""))
                .isEqualTo("ROOT/gsm8k/none.jsonl: no such file or folder; correct files.gsm8k.eval");
        assertThat(root.failure(Corpus.GSM8K, PoolKind.NONE, "gsm8k", ""))
                .isEqualTo("ROOT/gsm8k: there is no file of gsm8k in it (looked for test.jsonl,"
                        + " test-00000-of-00001.parquet); correct files.gsm8k.eval");
    }
}
