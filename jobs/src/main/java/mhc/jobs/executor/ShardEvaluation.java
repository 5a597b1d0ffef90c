package mhc.jobs.executor;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import mhc.eval.Answer;
import mhc.eval.Benchmark;
import mhc.eval.MetricName;
import mhc.eval.Outcome;
import mhc.eval.Prediction;
import mhc.eval.Request;
import mhc.eval.protocol.Protocols;
import mhc.jobs.plan.Shard;
import mhc.model.LanguageModel;
import mhc.model.Work;

/**
 * Asks a model a shard's questions and scores the answers: examples in, one prediction per example out, in shard order.
 */
final class ShardEvaluation {
    private static final Outcome NO_OUTCOME = new Outcome(Map.of(), List.of(), Map.of());

    private final TaskModel model;
    private final Shard shard;
    private final FailurePolicy policy;
    private final Benchmark benchmark;
    private final List<Request> requests;
    private final List<Integer> offsets;
    private Work work = Work.NONE;

    /**
     * @param offsets tokens by which prompts are moved from the beginning of their sequences. Rows are those of the first
     *     one; with several, the headline metric of each is in the row's metrics too
     */
    ShardEvaluation(TaskModel model, Shard shard, FailurePolicy policy, List<Integer> offsets) {
        this.model = model;
        this.shard = shard;
        this.policy = policy;
        this.offsets = offsets;
        this.benchmark = Protocols.named(shard.protocol()).benchmark(shard.benchmark());
        this.requests = shard.items().stream()
                .map(item -> benchmark.request(item.example(), item.shots()))
                .toList();
    }

    /**
     * Asks and scores.
     *
     * @param progress told of each prediction as it is made, in any order
     * @throws RuntimeException what the policy does not take for the examples' own
     */
    List<Prediction> run(ShardProgress progress) {
        Prediction[] predictions = new Prediction[requests.size()];
        long start = System.nanoTime();
        work = ask(progress, offsets.get(0), (index, answer) -> {
            predictions[index] = prediction(index, answer, start);
            progress.answered(predictions[index]);
        });
        if (offsets.size() > 1) {
            addOffsets(progress, predictions);
        }
        return Arrays.asList(predictions);
    }

    private Work ask(ShardProgress progress, int offset, LanguageModel.Sink answers) {
        return model.answer(
                requests, offset, index -> shard.items().get(index).example().id(), told(progress, answers));
    }

    private static LanguageModel.Sink told(ShardProgress progress, LanguageModel.Sink answers) {
        return new LanguageModel.Sink() {
            @Override
            public void accept(int index, Answer answer) {
                answers.accept(index, answer);
            }

            @Override
            public void worked(int prefilled, int decoded) {
                progress.worked(prefilled, decoded);
            }
        };
    }

    /** Adds to rows what the headline metric is at each offset; a failed answer adds nothing, which counts as 0. */
    private void addOffsets(ShardProgress progress, Prediction[] predictions) {
        MetricName headline = benchmark.headline();
        for (int index = 0; index < predictions.length; index++) {
            add(predictions, index, headline.atOffset(offsets.get(0)), predictions[index]);
        }
        for (int offset : offsets.subList(1, offsets.size())) {
            MetricName moved = headline.atOffset(offset);
            work = work.plus(ask(
                    progress,
                    offset,
                    (index, answer) -> add(predictions, index, moved, prediction(index, answer, System.nanoTime()))));
        }
    }

    private void add(Prediction[] predictions, int index, MetricName metric, Prediction scored) {
        Double score = scored.metrics().get(benchmark.headline().key());
        if (score != null) {
            predictions[index] = predictions[index].withMetrics(Map.of(metric.key(), score));
        }
    }

    /** What the model did for the answers, as far as it tells: nothing for a request whose answer never came. */
    Work work() {
        return work;
    }

    private Prediction prediction(int index, Answer answer, long start) {
        double seconds = (System.nanoTime() - start) / 1e9;
        Shard.Item item = shard.items().get(index);
        if (answer instanceof Answer.Failed failed) {
            return row(index, answer, NO_OUTCOME, failed.row(), seconds);
        }
        try {
            return row(index, answer, benchmark.score(item.example(), answer), "", seconds);
        } catch (RuntimeException | StackOverflowError e) { // a scorer parses whatever a model writes
            Answer.Failed failed = policy.unscored(item.example().id(), e);
            return row(index, answer, NO_OUTCOME, failed.row(), seconds);
        }
    }

    private Prediction row(int index, Answer answer, Outcome outcome, String failure, double seconds) {
        Shard.Item item = shard.items().get(index);
        Request request = requests.get(index);
        List<Answer.Score> scores = answer instanceof Answer.Scores scored ? scored.scores() : List.of();
        return new Prediction(
                item.example().id(),
                item.example().task(),
                item.example().cluster(),
                shard.protocol(),
                benchmark.version(),
                shard.shots(),
                request.hash(),
                request.context(),
                request instanceof Request.Choice choice ? choice.continuations() : List.of(),
                scores.stream().map(Answer.Score::logLikelihood).toList(),
                scores.stream().map(Answer.Score::tokens).toList(),
                answer instanceof Answer.Text text ? text.text() : "",
                outcome.extracted(),
                outcome.gold(),
                outcome.metrics(),
                failure,
                answer.usage().truncated(),
                answer instanceof Answer.Text text ? text.stop().name().toLowerCase(Locale.ROOT) : "",
                model.info().kernels(),
                answer.usage().promptTokens(),
                answer.usage().reusedTokens(),
                answer.usage().newTokens(),
                seconds);
    }
}
