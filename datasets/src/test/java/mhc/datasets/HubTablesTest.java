package mhc.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import mhc.datasets.Example.DropAnswer;
import mhc.datasets.Example.DropAnswer.Kind;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.parquet.schema.Type;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The columns that the Hugging Face hub gives each corpus, as JSON Lines and as Parquet: both give the same examples. */
class HubTablesTest {
    private static final String TEXTS =
            "optional group %s (LIST) { repeated group list { optional binary element (STRING); } }";
    private static final String DATE =
            "group %s { optional binary day (STRING); optional binary month (STRING); optional binary year (STRING); }";

    @TempDir
    private Path folder;

    private DataRoot root;

    @BeforeEach
    void open() {
        root = new DataRoot(folder);
    }

    /** Reads the rows as JSON Lines and, written under the same split name, as Parquet. */
    private List<Example> both(Corpus corpus, String place, String columns, String... rows) throws IOException {
        root.with("%s/%s.jsonl".formatted(corpus.key(), place), rows);
        DataRoot parquet = new DataRoot(folder.resolve("parquet"));
        write(parquet.folder().resolve("%s/%s-00000-of-00001.parquet".formatted(corpus.key(), place)), columns, rows);
        List<Example> fromJson = root.examples(corpus);
        assertThat(parquet.examples(corpus)).isEqualTo(fromJson);
        return fromJson;
    }

    private static void write(Path file, String columns, String... rows) throws IOException {
        MessageType schema = MessageTypeParser.parseMessageType("message rows { %s }".formatted(columns));
        HadoopOutputFile out =
                HadoopOutputFile.fromPath(new org.apache.hadoop.fs.Path(file.toUri()), new Configuration());
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(out)
                .withType(schema)
                .withCompressionCodec(CompressionCodecName.SNAPPY)
                .build()) {
            for (String row : rows) {
                Group group = new SimpleGroup(schema);
                fill(group, new ObjectMapper().readTree(row));
                writer.write(group);
            }
        }
    }

    private static void fill(Group group, JsonNode object) {
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            add(group, field.getKey(), field.getValue());
        }
    }

    private static void add(Group group, String field, JsonNode value) {
        Type type = group.getType().getType(field);
        if (type.getLogicalTypeAnnotation() instanceof LogicalTypeAnnotation.ListLogicalTypeAnnotation) {
            Group list = group.addGroup(field);
            GroupType repeated = list.getType().getType(0).asGroupType();
            for (JsonNode element : value) {
                add(list.addGroup(repeated.getName()), repeated.getFieldName(0), element);
            }
        } else if (!type.isPrimitive()) {
            fill(group.addGroup(field), value);
        } else if (value.isIntegralNumber()) {
            group.add(field, value.longValue());
        } else {
            group.add(field, value.textValue());
        }
    }

    @Test
    void bbh() throws IOException {
        String columns = "optional binary input (STRING); optional binary target (STRING);";
        assertThat(both(Corpus.BBH, "snarks/test", columns, "{\"input\": \"i\", \"target\": \"(A)\"}"))
                .containsExactly(new Example.Bbh("bbh/test/snarks/0", "snarks", "i", "(A)"));
    }

    @Test
    void drop() throws IOException {
        String answer = "%s optional binary hit_id (STRING); optional binary number (STRING); optional ".formatted("")
                + DATE.formatted("date")
                + TEXTS.formatted("spans");
        String columns = "optional binary section_id (STRING); optional binary passage (STRING);"
                + "optional binary question (STRING); optional binary query_id (STRING);"
                + "optional group answer { " + answer + " }"
                + "optional group validated_answers {" + TEXTS.formatted("number")
                + "optional group date (LIST) { repeated group list { optional " + DATE.formatted("element") + " } }"
                + "optional group spans (LIST) { repeated group list { " + TEXTS.formatted("element") + " } } }";
        String noDate = "{\"day\": \"\", \"month\": \"\", \"year\": \"\"}";
        String row = "{\"section_id\": \"nfl_1\", \"passage\": \"P\", \"question\": \"Q\", \"query_id\": \"q\","
                + "\"answer\": {\"hit_id\": \"h\", \"number\": \"\", \"date\": {\"day\": \"4\", \"month\": \"May\", \"year\": \"\"}, \"spans\": []},"
                + "\"validated_answers\": {\"number\": [\"\", \"7\"], \"date\": [" + noDate + ", " + noDate + "],"
                + " \"spans\": [[\"a\", \"b\"], []]}}";
        assertThat(both(Corpus.DROP, "validation", columns, row))
                .containsExactly(new Example.Drop(
                        "drop/dev/nfl_1/q",
                        "nfl_1",
                        "P",
                        "Q",
                        List.of(
                                new DropAnswer(Kind.DATE, List.of("4 May")),
                                new DropAnswer(Kind.SPANS, List.of("a", "b")),
                                new DropAnswer(Kind.NUMBER, List.of("7")))));
        root.with("short.jsonl", row.replace("[\"\", \"7\"]", "[\"7\"]"));
        assertThat(root.failure(Corpus.DROP, PoolKind.NONE, "short.jsonl", ""))
                .contains(
                        "short.jsonl, line 1: field 'validated_answers.date' must be a list as long as those beside it");
    }

    @Test
    void gsm8k() throws IOException {
        String columns = "optional binary question (STRING); optional binary answer (STRING);";
        assertThat(both(Corpus.GSM8K, "main/test", columns, "{\"question\": \"🚁?\", \"answer\": \"#### 1\"}"))
                .containsExactly(new Example.Gsm8k("gsm8k/test/0", "🚁?", "#### 1"));
    }

    @Test
    void hellaSwagLabelIsText() throws IOException {
        String columns = "optional int64 ind; optional binary activity_label (STRING); optional binary ctx_a (STRING);"
                + "optional binary ctx_b (STRING); optional binary label (STRING); optional binary source_id (STRING);"
                + TEXTS.formatted("endings");
        String row = "{\"ind\": 24, \"activity_label\": \"L\", \"ctx_a\": \"A\", \"ctx_b\": \"b\", \"label\": \"3\","
                + " \"source_id\": \"s~1\", \"endings\": [\"w\", \"x\", \"y\", \"z\"]}";
        assertThat(both(Corpus.HELLASWAG, "data/validation", columns, row))
                .containsExactly(
                        new Example.HellaSwag("hellaswag/val/0", "L", "A", "b", List.of("w", "x", "y", "z"), 3, "s~1"));
    }

    @Test
    void math() throws IOException {
        String columns = "optional binary problem (STRING); optional binary level (STRING);"
                + "optional binary type (STRING); optional binary solution (STRING);";
        String row =
                "{\"problem\": \"P\", \"level\": \"Level 1\", \"type\": \"Intermediate Algebra\", \"solution\": \"S\"}";
        assertThat(both(Corpus.MATH, "intermediate_algebra/test", columns, row))
                .containsExactly(new Example.MathProblem(
                        "math/test/intermediate_algebra/0", "intermediate_algebra", "Level 1", "P", "S"));
    }

    @Test
    void mmluCountsInsideEachSubject() throws IOException {
        String columns = "optional binary question (STRING); optional binary subject (STRING); optional int64 answer;"
                + TEXTS.formatted("choices");
        String row =
                "{\"question\": \"Q\", \"subject\": \"%s\", \"answer\": 2, \"choices\": [\"1\", \"2\", \"3\", \"4\"]}";
        List<String> choices = List.of("1", "2", "3", "4");
        assertThat(both(
                        Corpus.MMLU,
                        "all/test",
                        columns,
                        row.formatted("art"),
                        row.formatted("law"),
                        row.formatted("art")))
                .containsExactly(
                        new Example.Mmlu("mmlu/test/art/0", "art", "Q", choices, 2),
                        new Example.Mmlu("mmlu/test/law/0", "law", "Q", choices, 2),
                        new Example.Mmlu("mmlu/test/art/1", "art", "Q", choices, 2));
    }

    @Test
    void piqa() throws IOException {
        String columns = "optional binary goal (STRING); optional binary sol1 (STRING); optional binary sol2 (STRING);"
                + "optional int64 label;";
        assertThat(both(
                        Corpus.PIQA,
                        "validation",
                        columns,
                        "{\"goal\": \"g\", \"sol1\": \"a\", \"sol2\": \"b\", \"label\": 1}"))
                .containsExactly(new Example.Piqa("piqa/valid/0", "g", List.of("a", "b"), 1));
    }

    @Test
    void triviaQaMayHoldAQuestionTwice() throws IOException {
        String columns = "optional binary question (STRING); optional binary question_id (STRING);"
                + "optional group answer { optional binary value (STRING); " + TEXTS.formatted("aliases") + " }";
        String row =
                "{\"question\": \"Q\", \"question_id\": \"tc_1\", \"answer\": {\"value\": \"V\", \"aliases\": [\"V\", \"W\"]}}";
        assertThat(both(Corpus.TRIVIAQA, "rc.nocontext/validation", columns, row, row))
                .containsExactly(
                        new Example.TriviaQa("triviaqa/dev/0", "Q", "V", List.of("V", "W")),
                        new Example.TriviaQa("triviaqa/dev/1", "Q", "V", List.of("V", "W")));
    }

    @Test
    void rowsOfShardsAreCountedOn() throws IOException {
        String columns = "optional binary question (STRING); optional binary answer (STRING);";
        String row = "{\"question\": \"Q\", \"answer\": \"#### 1\"}";
        Path shards = folder.resolve("gsm8k/main");
        write(shards.resolve("test-00001-of-00002.parquet"), columns, row);
        assertThat(root.failure(Corpus.GSM8K))
                .isEqualTo(
                        "ROOT/gsm8k/main/test-00001-of-00002.parquet: 1 of 2 shards are there; fetch the missing ones");
        write(shards.resolve("test-00000-of-00002.parquet"), columns, row, row);
        assertThat(root.examples(Corpus.GSM8K))
                .extracting(Example::id)
                .containsExactly("gsm8k/test/0", "gsm8k/test/1", "gsm8k/test/2");
    }

    @Test
    void parquetFieldsOfAnotherTypeNameTheRow() throws IOException {
        write(
                folder.resolve("gsm8k/test-00000-of-00001.parquet"),
                "optional binary question (STRING); optional binary answer (STRING);",
                "{\"question\": \"Q\", \"answer\": \"#### 1\"}",
                "{\"question\": \"Q\"}");
        assertThat(root.failure(Corpus.GSM8K))
                .isEqualTo(
                        "ROOT/gsm8k/test-00000-of-00001.parquet, row 2: field 'answer' must be a text, but is missing;"
                                + " correct it or fetch the file again");
    }

    @Test
    void olderTwoLevelListsAreReadToo() throws IOException {
        MessageType schema = MessageTypeParser.parseMessageType("message rows { optional binary question (STRING);"
                + " optional group answer { optional binary value (STRING);"
                + " optional group aliases (LIST) { repeated binary array (STRING); } } }");
        Path file = folder.resolve("triviaqa/validation.parquet");
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(
                        HadoopOutputFile.fromPath(new org.apache.hadoop.fs.Path(file.toUri()), new Configuration()))
                .withType(schema)
                .build()) {
            Group row = new SimpleGroup(schema);
            row.add("question", "Q");
            Group aliases = row.addGroup("answer").append("value", "V").addGroup("aliases");
            aliases.add("array", "V");
            aliases.add("array", "W");
            writer.write(row);
        }
        assertThat(root.examples(Corpus.TRIVIAQA))
                .containsExactly(new Example.TriviaQa("triviaqa/dev/0", "Q", "V", List.of("V", "W")));
    }
}
