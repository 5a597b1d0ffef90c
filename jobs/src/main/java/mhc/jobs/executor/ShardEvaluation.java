package mhc.jobs.executor;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
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

    private final LanguageModel model;
    private final Shard shard;
    private final FailurePolicy policy;
    private final Benchmark benchmark;
    private final List<Request> requests;
    private final List<Integer> offsets;
    private Work work = Work.NONE;

    ShardEvaluation(LanguageModel model, Shard shard, FailurePolicy policy) {
        this(model, shard, policy, List.of(0));
    }

    /**
     * @param offsets tokens by which prompts are moved from the beginning of their sequences. Rows are those of the first
     *     one; with several, the headline metric of each is in the row's metrics too
     */
    ShardEvaluation(LanguageModel model, Shard shard, FailurePolicy policy, List<Integer> offsets) {
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
     * Asks all together, or, where that fails for no reason of the user's or the machine's, one by one.
     *
     * @param progress receives each prediction as it is made, in any order
     * @throws RuntimeException what the policy does not take for the examples' own
     */
    List<Prediction> run(Consumer<Prediction> progress) {
        try {
            return together(progress);
        } catch (RuntimeException e) {
            if (policy.owner(e) != FailurePolicy.Owner.EXAMPLE) {
                throw e;
            }
            policy.divides(e);
            return oneByOne(progress);
        }
    }

    private List<Prediction> together(Consumer<Prediction> progress) {
        Prediction[] predictions = new Prediction[requests.size()];
        long start = System.nanoTime();
        Work taken = model.answer(requests, offsets.get(0), (index, answer) -> {
            policy.answered(answer, requests.size());
            predictions[index] = prediction(index, answer, start);
            progress.accept(predictions[index]);
        });
        work = work.plus(taken);
        addOtherOffsets(predictions, IntStream.range(0, predictions.length).toArray());
        return Arrays.asList(predictions);
    }

    /** Adds to rows what the headline metric is at each offset; a failed answer adds nothing, which counts as 0. */
    private void addOtherOffsets(Prediction[] predictions, int... indices) {
        if (offsets.size() < 2) {
            return;
        }
        MetricName headline = benchmark.headline();
        for (int index : indices) {
            Double first = predictions[index].metrics().get(headline.key());
            if (first != null) {
                add(predictions, index, headline.atOffset(offsets.get(0)), first);
            }
        }
        List<Request> asked = Arrays.stream(indices).mapToObj(requests::get).toList();
        for (int offset : offsets.subList(1, offsets.size())) {
            Work taken = model.answer(asked, offset, (at, answer) -> {
                Prediction moved = prediction(indices[at], answer, System.nanoTime());
                Double score = moved.metrics().get(headline.key());
                if (score != null) {
                    add(predictions, indices[at], headline.atOffset(offset), score);
                }
            });
            work = work.plus(taken);
        }
    }

    private static void add(Prediction[] predictions, int index, MetricName metric, double score) {
        predictions[index] = predictions[index].withMetrics(Map.of(metric.key(), score));
    }

    private List<Prediction> oneByOne(Consumer<Prediction> progress) {
        Prediction[] predictions = new Prediction[requests.size()];
        int failures = 0;
        for (int i = 0; i < predictions.length; i++) {
            int index = i;
            long start = System.nanoTime();
            try {
                Work taken = model.answer(
                        List.of(requests.get(i)),
                        offsets.get(0),
                        (only, answer) -> predictions[index] = prediction(index, answer, start));
                work = work.plus(taken);
                addOtherOffsets(predictions, index);
            } catch (RuntimeException e) {
                failures++;
                if (policy.owner(e) != FailurePolicy.Owner.EXAMPLE
                        || (failures > 1 && failures == predictions.length)) {
                    throw e;
                }
                String id = shard.items().get(i).example().id();
                predictions[i] = prediction(i, policy.unanswered(id, e), start);
            }
            progress.accept(predictions[i]);
        }
        return Arrays.asList(predictions);
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
