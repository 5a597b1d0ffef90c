package mhc.jobs.ml;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import mhc.eval.Answer;
import mhc.eval.Request;
import mhc.jobs.executor.FailurePolicy;
import mhc.jobs.executor.ModelSpec;
import mhc.jobs.executor.TaskModel;
import mhc.model.Work;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the rows of one partition, all together, so that what their contexts share is computed once; their order is
 * kept. The model is given back before the first row leaves, so that two such stages never wait for each other.
 */
final class AnswerPartition implements MapPartitionsFunction<Row, Row> {
    private static final long serialVersionUID = 1L;
    private static final Logger log = LoggerFactory.getLogger(AnswerPartition.class);

    private final ModelSpec spec;
    private final RequestColumns columns;
    private final StructType schema;
    private final int retries;
    private final SerializableConfiguration hadoop;

    /**
     * @param schema of the rows with their answers
     * @param retries how often Spark tries a task again that failed
     */
    AnswerPartition(
            ModelSpec spec, RequestColumns columns, StructType schema, int retries, SerializableConfiguration hadoop) {
        this.spec = spec;
        this.columns = columns;
        this.schema = schema;
        this.retries = retries;
        this.hadoop = hadoop;
    }

    @Override
    public Iterator<Row> call(Iterator<Row> rows) throws InterruptedException {
        List<Row> asked = new ArrayList<>();
        rows.forEachRemaining(asked::add);
        if (asked.isEmpty()) {
            return Collections.emptyIterator();
        }
        Answer[] answers =
                answers(asked.stream().map(row -> columns.request(schema, row)).toList());
        return IntStream.range(0, answers.length)
                .mapToObj(i -> joined(asked.get(i), AnswerColumn.row(columns.kind(), answers[i])))
                .iterator();
    }

    private Answer[] answers(List<Request> requests) throws InterruptedException {
        TaskContext task = TaskContext.get();
        String unit = "partition " + task.partitionId();
        FailurePolicy policy = FailurePolicy.of(task, spec.name(), unit, retries);
        Answer[] answers = new Answer[requests.size()];
        try (TaskModel model = TaskModel.borrow(spec, task, Map.of(), policy, hadoop.value())) {
            Work work = model.answer(
                    requests, 0, index -> unit + " row " + index, (index, answer) -> answers[index] = answer);
            log.info("{} answered {} requests of {}: {}", spec.name(), requests.size(), unit, work);
            return answers;
        } catch (RuntimeException e) {
            policy.leaves(e);
            throw e;
        }
    }

    /** It knows its schema, as Spark may pass it to the next function as it is. */
    private Row joined(Row row, Row answer) {
        Object[] values = new Object[row.size() + 1];
        for (int i = 0; i < row.size(); i++) {
            values[i] = row.get(i);
        }
        values[row.size()] = answer;
        return new GenericRowWithSchema(values, schema);
    }
}
