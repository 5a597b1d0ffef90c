package mhc.jobs.ml;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import mhc.datasets.Example;
import mhc.datasets.InputException;
import mhc.eval.Benchmark;
import mhc.eval.BenchmarkTally;
import mhc.eval.Shots;
import mhc.eval.protocol.Protocols;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rows of answer and example, in that order, to one tally a partition. */
final class ScorePartition implements FlatMapFunction<Iterator<Row>, BenchmarkTally> {
    private static final long serialVersionUID = 1L;
    private static final Logger log = LoggerFactory.getLogger(ScorePartition.class);

    private final String protocol;
    private final String benchmark;
    private final RequestKind kind;
    private final String exampleCol;

    ScorePartition(String protocol, String benchmark, RequestKind kind, String exampleCol) {
        this.protocol = protocol;
        this.benchmark = benchmark;
        this.kind = kind;
        this.exampleCol = exampleCol;
    }

    @Override
    public Iterator<BenchmarkTally> call(Iterator<Row> rows) {
        Benchmark scorer = Protocols.named(protocol).benchmark(benchmark);
        BenchmarkTally.Builder tally = new BenchmarkTally.Builder();
        rows.forEachRemaining(row -> add(tally, scorer, row));
        return List.of(tally.build()).iterator();
    }

    private void add(BenchmarkTally.Builder tally, Benchmark scorer, Row row) {
        Example example = ExampleColumn.example(scorer.corpus(), exampleCol, row.getString(1));
        RequestKind asked = RequestKind.of(scorer.request(example, Shots.NONE));
        if (asked != kind) {
            throw new InputException("The answers are to requests of kind " + kind.key() + ", but " + benchmark
                    + " under protocol " + protocol + " asks for kind " + asked.key()
                    + ": set the transformer's requestKind, or another benchmark");
        }
        Row answer = row.getStruct(0);
        boolean failed = answer == null || AnswerColumn.isFailed(answer);
        Map<String, Double> metrics = Map.of();
        if (!failed) {
            try {
                metrics =
                        scorer.score(example, AnswerColumn.answer(kind, answer)).metrics();
            } catch (RuntimeException | StackOverflowError e) { // a scorer parses whatever a model writes
                log.warn("The answer to example {} cannot be scored", example.id(), e);
                failed = true;
            }
        }
        tally.add("", metrics, failed, answer != null && AnswerColumn.isTruncated(answer));
    }
}
