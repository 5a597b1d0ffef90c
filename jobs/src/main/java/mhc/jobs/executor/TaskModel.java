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
    private final HangWatch watch;

    TaskModel(ModelSlot.Lease lease, Map<String, Answer> known, FailurePolicy policy, HangWatch watch) {
        this.lease = lease;
        this.model = new RememberingModel(lease.model(), known);
        this.policy = policy;
        this.watch = watch;
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
        return borrow(spec, task, known, policy, HangWatch.NONE, hadoop);
    }

    /** The same with a watch over the model's passes. */
    static TaskModel borrow(
            ModelSpec spec,
            TaskContext task,
            Map<String, Answer> known,
            FailurePolicy policy,
            HangWatch watch,
            Configuration hadoop)
            throws InterruptedException {
        List<String> devices = TaskDevice.of(spec.options().devices(), task);
        return new TaskModel(ExecutorModels.borrow(spec, devices, hadoop), known, policy, watch);
    }

    /**
     * Asks all together, so that prefixes are shared, or, where that fails for no reason of the user's or the machine's,
     * one by one; so too where an earlier attempt hung.
     *
     * @param offset tokens of filler before each prompt
     * @param names of the requests by index, for messages
     * @param sink receives each answer as it comes, with the index of its request; after a failure of the whole it
     *     receives them all again
     * @return what it took, without what failed
     * @throws RuntimeException what the policy does not put down to single requests, the sink's included
     */
    public Work answer(List<Request> requests, int offset, IntFunction<String> names, LanguageModel.Sink sink) {
        if (watch.hungBefore()) {
            return watch.alone(() -> oneByOne(requests, offset, names, noted(requests.size(), sink)));
        }
        try {
            return watch.together(() -> ask(requests, offset, names, noted(requests.size(), sink)));
        } catch (RuntimeException e) {
            if (policy.owner(e) != FailurePolicy.Owner.EXAMPLE) {
                throw e;
            }
            policy.divides(e);
            return watch.alone(() -> oneByOne(requests, offset, names, sink));
        }
    }

    /** The policy hears of each answer before the sink. */
    private LanguageModel.Sink noted(int asked, LanguageModel.Sink sink) {
        return sink.withAnswers((index, answer) -> {
            policy.answered(answer, asked);
            sink.accept(index, answer);
        });
    }

    private Work ask(List<Request> requests, int offset, IntFunction<String> names, LanguageModel.Sink sink) {
        try (HangWatch.Call call = watch.call(requests.size(), names)) {
            return model.answer(requests, offset, call.through(sink));
        }
    }

    private Work oneByOne(List<Request> requests, int offset, IntFunction<String> names, LanguageModel.Sink sink) {
        Work work = Work.NONE;
        int failures = 0;
        for (int i = 0; i < requests.size(); i++) {
            int index = i;
            if (watch.hungAt(names.apply(i))) {
                sink.accept(i, watch.unanswered());
                continue;
            }
            try {
                work = work.plus(ask(
                        List.of(requests.get(i)),
                        offset,
                        only -> names.apply(index),
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
