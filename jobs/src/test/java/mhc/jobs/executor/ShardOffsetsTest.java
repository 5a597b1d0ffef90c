package mhc.jobs.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import mhc.datasets.Example;
import mhc.eval.Answer;
import mhc.eval.Prediction;
import mhc.eval.Request;
import mhc.eval.Shots;
import mhc.jobs.plan.Shard;
import mhc.model.LanguageModel;
import mhc.model.ModelInfo;
import mhc.model.Work;
import org.junit.jupiter.api.Test;

/** A benchmark at several distances from the beginning of its sequences. */
class ShardOffsetsTest {
    /** Likes the option whose index is the offset, modulo two, and has no answer at offset 7. */
    private record Periodic(List<Integer> offsets) implements LanguageModel {
        @Override
        public Work answer(List<Request> requests, int offset, Sink sink) {
            offsets.add(offset);
            for (int i = 0; i < requests.size(); i++) {
                sink.accept(i, offset == 7 ? new Answer.Failed(Answer.Cause.MEMORY, "none left") : scores(offset % 2));
            }
            return Work.NONE;
        }

        private static Answer scores(int liked) {
            return new Answer.Scores(
                    IntStream.range(0, 2)
                            .mapToObj(i -> new Answer.Score(i == liked ? -1 : -9, 1, 1, false))
                            .toList(),
                    Answer.Usage.NONE);
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

    private static List<Prediction> run(List<Integer> asked, Integer... offsets) {
        Shard shard = new Shard(
                "paper",
                "piqa",
                3,
                0,
                List.of(new Shard.Item(
                        new Example.Piqa("piqa/valid/0", "Which?", List.of("yes", "no"), 0), Shots.NONE)),
                false);
        FailurePolicy policy = new FailurePolicy("mhc", "piqa 3", 0, 2, () -> false);
        ModelSlot.Lease lease = new ModelSlot.Lease(new ModelSlot(), new Periodic(asked), 0);
        TaskModel model = new TaskModel(lease, Map.of(), policy, HangWatch.NONE);
        return new ShardEvaluation(model, shard, policy, List.of(offsets)).run(row -> {});
    }

    @Test
    void theRowIsThatOfTheFirstAndHasTheHeadlineMetricOfEach() {
        List<Integer> asked = new ArrayList<>();
        Prediction row = run(asked, 0, 1, 2, 7).get(0);
        assertThat(asked).containsExactly(0, 1, 2, 7);
        assertThat(row.status()).isEqualTo("ok");
        assertThat(row.metrics()).containsAllEntriesOf(Map.of("acc", 1.0, "acc@0", 1.0, "acc@1", 0.0, "acc@2", 1.0));
        assertThat(row.metrics()).doesNotContainKeys("acc@7", "acc_norm@1");
        assertThat(run(asked, 1).get(0).metrics()).containsEntry("acc", 0.0).doesNotContainKey("acc@1");
    }

    @Test
    void answersAreRememberedByOffset() {
        List<Integer> asked = new ArrayList<>();
        Request request = new Request.Choice("Which?", List.of("yes", "no"));
        RememberingModel first = new RememberingModel(new Periodic(asked), Map.of());
        first.answer(List.of(request), 0, (index, answer) -> {});
        first.answer(List.of(request), 1, (index, answer) -> {});
        assertThat(first.fresh()).hasSize(2);
        List<Answer> again = new ArrayList<>();
        RememberingModel second = new RememberingModel(new Periodic(new ArrayList<>()), Map.copyOf(first.fresh()));
        second.answer(List.of(request), 1, (index, answer) -> again.add(answer));
        assertThat(again).containsExactly(Periodic.scores(1));
        assertThat(second.fresh()).isEmpty();
    }
}
