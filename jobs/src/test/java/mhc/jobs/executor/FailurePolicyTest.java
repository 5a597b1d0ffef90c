package mhc.jobs.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import mhc.datasets.Example;
import mhc.datasets.InputException;
import mhc.eval.Answer;
import mhc.eval.Prediction;
import mhc.eval.Request;
import mhc.eval.Shots;
import mhc.jobs.plan.Shard;
import mhc.model.LanguageModel;
import mhc.model.ModelInfo;
import mhc.model.Work;
import mhc.model.inference.OutOfMemoryException;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskKilledException;
import org.junit.jupiter.api.Test;

/** Whose a failure is: the user's, the machine's or the example's. */
class FailurePolicyTest {
    private static final int RETRIES = 2;
    private static final Answer NOT_FINITE = new Answer.Failed(Answer.Cause.NOT_FINITE, "The logits are not finite.");

    /** Answers each question by itself; whatever it throws, it throws for the whole call. */
    private record Answering(Function<Request, Answer> answers) implements LanguageModel {
        @Override
        public Work answer(List<Request> requests, int offset, Sink sink) {
            List<Answer> all = requests.stream().map(answers).toList();
            for (int i = 0; i < all.size(); i++) {
                sink.accept(i, all.get(i));
            }
            return Work.NONE;
        }

        @Override
        public ModelInfo info() {
            return new ModelInfo("LlamaForCausalLM", "none", 1, "float32", "cpu", "none", 4096, 400);
        }

        @Override
        public void close() {
            // There is nothing to free.
        }
    }

    private static Answer scores(Request request) {
        Answer.Score score = new Answer.Score(-1, 1, 1, false);
        return new Answer.Scores(
                ((Request.Choice) request)
                        .continuations().stream().map(text -> score).toList(),
                Answer.Usage.NONE);
    }

    /** Scores, but of what holds "odd" whatever else is said here. */
    private static Function<Request, Answer> butOdd(Function<Request, Answer> odd) {
        return request -> request.context().contains("odd") ? odd.apply(request) : scores(request);
    }

    private static Answer fail(RuntimeException failure) {
        throw failure;
    }

    private static Shard shard(int examples) {
        return new Shard(
                "paper",
                "piqa",
                3,
                0,
                IntStream.range(0, examples)
                        .mapToObj(i -> new Shard.Item(
                                new Example.Piqa(
                                        "piqa/valid/" + i, (i == 1 ? "odd " : "even ") + i, List.of("yes", "no"), 0),
                                Shots.NONE))
                        .toList(),
                false);
    }

    private static FailurePolicy policy(int attempt, boolean interrupted) {
        return new FailurePolicy("mhc", "shard piqa 3", attempt, RETRIES, () -> interrupted);
    }

    private static ShardEvaluation evaluation(LanguageModel model, Shard shard, FailurePolicy policy) {
        ModelSlot.Lease lease = new ModelSlot.Lease(new ModelSlot(), model, 0);
        return new ShardEvaluation(new TaskModel(lease, Map.of(), policy, HangWatch.NONE), shard, policy, List.of(0));
    }

    private static List<Prediction> run(int examples, int attempt, Function<Request, Answer> answers) {
        FailurePolicy policy = policy(attempt, false);
        return evaluation(new Answering(answers), shard(examples), policy).run(prediction -> {});
    }

    @Test
    void anEngineThatFailsIsTriedAgain() {
        IllegalStateException failure = new IllegalStateException("device lost");
        assertThatThrownBy(() -> run(3, 0, butOdd(request -> fail(failure)))).isSameAs(failure);
        assertThatThrownBy(() -> run(3, RETRIES - 1, butOdd(request -> fail(failure))))
                .isSameAs(failure);
    }

    @Test
    void onTheLastAttemptOneExampleFailsAlone() {
        List<Prediction> rows = run(3, RETRIES, butOdd(request -> fail(new IllegalStateException("bad\ntoken"))));

        assertThat(rows).extracting(Prediction::status).containsExactly("ok", "failed", "ok");
        assertThat(rows.get(1).failure()).isEqualTo("model: the engine failed: bad");
        assertThat(rows.get(1).metrics()).isEmpty();
        assertThat(run(3, RETRIES, butOdd(request -> fail(new OutOfMemoryException(null))))
                        .get(1)
                        .failure())
                .isEqualTo("memory: the engine ran out of memory");
    }

    @Test
    void whereEveryExampleFailsAloneTheMachineIsToBlame() {
        IllegalStateException failure = new IllegalStateException("device lost");
        assertThatThrownBy(() -> run(3, RETRIES, request -> fail(failure))).isSameAs(failure);
        assertThat(run(1, RETRIES, request -> fail(failure)).get(0).failure()).startsWith("model: ");
    }

    @Test
    void aMistakeOfTheUsersIsNeverARow() {
        InputException mistake = new InputException("Model mhc is not there: copy it");
        assertThatThrownBy(() -> run(3, 0, request -> fail(mistake))).isSameAs(mistake);
        assertThatThrownBy(() -> run(3, RETRIES, butOdd(request -> fail(mistake))))
                .isSameAs(mistake);
    }

    @Test
    void aModelWithoutFiniteLogitsStopsTheRun() {
        assertThatThrownBy(() -> run(40, 0, request -> NOT_FINITE))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Model mhc gives logits that are not finite for each of 16 questions")
                .hasMessageContaining("another checkpoint");
        assertThatThrownBy(() -> run(2, RETRIES, request -> NOT_FINITE)).isInstanceOf(InputException.class);
        assertThat(run(40, 0, butOdd(request -> NOT_FINITE)))
                .filteredOn(row -> row.failure().equals("model: The logits are not finite."))
                .hasSize(1);
    }

    @Test
    void anAnswerThatCannotBeScoredIsAFailedRow() {
        Answer text = new Answer.Text("yes", Answer.Stop.LENGTH, Answer.Usage.NONE);

        List<Prediction> rows = run(3, 0, butOdd(request -> text));

        assertThat(rows).extracting(Prediction::status).containsExactly("ok", "failed", "ok");
        assertThat(rows.get(1).failure()).startsWith("scoring: the answer could not be scored: ");
        assertThat(rows.get(1).raw()).isEqualTo("yes");
        assertThat(policy(0, false).unscored("piqa/valid/1", new StackOverflowError()))
                .isEqualTo(
                        new Answer.Failed(Answer.Cause.SCORING, "the answer could not be scored: StackOverflowError"));
    }

    @Test
    void aRunThatIsStoppedLeavesNoRows() {
        IllegalStateException failure = new IllegalStateException("closed");
        assertThat(policy(RETRIES, true).owner(failure)).isEqualTo(FailurePolicy.Owner.MACHINE);
        Answering model = new Answering(FailurePolicyTest::scores);
        assertThatThrownBy(
                        () -> evaluation(model, shard(3), policy(RETRIES, true)).run(row -> {}))
                .isInstanceOf(TaskKilledException.class);
    }

    @Test
    void rowsThatCannotBeWrittenAreTheUsersToMendAtLast() {
        IOException failure = new IOException("closed", new IOException("No space left on device"));
        Path part = new Path("/runs/a/part-00003.parquet");
        assertThat(policy(0, false).uncommitted(part, failure)).isSameAs(failure);
        assertThat(policy(RETRIES, true).uncommitted(part, failure)).isSameAs(failure);
        assertThat(policy(RETRIES, false).uncommitted(part, failure))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("/runs/a/part-00003.parquet (No space left on device)");
    }
}
