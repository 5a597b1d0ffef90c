package mhc.jobs.executor;

import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import mhc.eval.Answer;
import mhc.eval.Request;
import mhc.model.LanguageModel;
import mhc.model.ModelInfo;
import mhc.model.Work;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;

/**
 * The model of a task's device, borrowed for that task: the only way from requests to answers, for a shard of a run and
 * for a partition of the Spark ML stage alike. For one thread; closing it gives the model back, which stays loaded for
 * the next task.
 */
public final class TaskModel implements AutoCloseable {
    private final ModelSlot.Lease lease;
    private final RememberingModel model;
    private final FailurePolicy policy;

    TaskModel(ModelSlot.Lease lease, Map<String, Answer> known, FailurePolicy policy) {
        this.lease = lease;
        this.model = new RememberingModel(lease.model(), known);
        this.policy = policy;
    }

    /**
     * Waits until the task's device is free of any other model, and loads this one where it is not loaded.
     *
     * @param known answers by request hash: such requests do not reach the model
     * @throws mhc.datasets.InputException when the model cannot be opened, or is not the one that the driver saw
     */
    public static TaskModel borrow(
            ModelSpec spec, TaskContext task, Map<String, Answer> known, FailurePolicy policy, Configuration hadoop)
            throws InterruptedException {
        List<String> devices = TaskDevice.of(spec.options().devices(), task);
        return new TaskModel(ExecutorModels.borrow(spec, devices, hadoop), known, policy);
    }

    /**
     * Asks all together, so that prefixes are shared, or, where that fails for no reason of the user's or the machine's,
     * one by one.
     *
     * @param offset tokens of filler before each prompt
     * @param names of the requests by index, for messages
     * @param sink receives each answer as it comes, with the index of its request; after a failure of the whole it
     *     receives them all again
     * @return what it took, without what failed
     * @throws RuntimeException what the policy does not put down to single requests, the sink's included
     */
    public Work answer(List<Request> requests, int offset, IntFunction<String> names, LanguageModel.Sink sink) {
        try {
            return model.answer(requests, offset, sink.withAnswers((index, answer) -> {
                policy.answered(answer, requests.size());
                sink.accept(index, answer);
            }));
        } catch (RuntimeException e) {
            if (policy.owner(e) != FailurePolicy.Owner.EXAMPLE) {
                throw e;
            }
            policy.divides(e);
            return oneByOne(requests, offset, names, sink);
        }
    }

    private Work oneByOne(List<Request> requests, int offset, IntFunction<String> names, LanguageModel.Sink sink) {
        Work work = Work.NONE;
        int failures = 0;
        for (int i = 0; i < requests.size(); i++) {
            int index = i;
            try {
                work = work.plus(model.answer(
                        List.of(requests.get(i)),
                        offset,
                        sink.withAnswers((only, answer) -> sink.accept(index, answer))));
            } catch (RuntimeException e) {
                failures++;
                if (policy.owner(e) != FailurePolicy.Owner.EXAMPLE || (failures > 1 && failures == requests.size())) {
                    throw e;
                }
                sink.accept(i, policy.unanswered(names.apply(i), e));
            }
        }
        return work;
    }

    /** What was answered by the model and not by what was known, by request hash. */
    Map<String, Answer> fresh() {
        return model.fresh();
    }

    public ModelInfo info() {
        return model.info();
    }

    /** What loading took if it was for this task, else 0. */
    double loadSeconds() {
        return lease.loadSeconds();
    }

    @Override
    public void close() {
        lease.close();
    }
}
