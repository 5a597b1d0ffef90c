package mhc.jobs.executor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mhc.eval.Answer;
import mhc.eval.Request;
import mhc.model.LanguageModel;
import mhc.model.ModelInfo;
import mhc.model.Work;

/**
 * A model in front of which known answers stand: only other requests reach it, and what it answers to them is
 * remembered. For one shard on one thread; closing it leaves the model open.
 */
final class RememberingModel implements LanguageModel {
    private final LanguageModel model;
    private final Map<String, Answer> known;
    private final Map<String, Answer> fresh = new TreeMap<>();

    /** @param known by request hash */
    RememberingModel(LanguageModel model, Map<String, Answer> known) {
        this.model = model;
        this.known = known;
    }

    /** New answers, by request hash. */
    Map<String, Answer> fresh() {
        return fresh;
    }

    @Override
    public Work answer(List<Request> requests, int offset, Sink sink) {
        List<Request> open = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            Answer answer = known.get(key(requests.get(i), offset));
            if (answer == null) {
                open.add(requests.get(i));
                places.add(i);
            } else {
                sink.accept(i, answer);
            }
        }
        return model.answer(open, offset, sink.withAnswers((index, answer) -> {
            fresh.put(key(open.get(index), offset), answer);
            sink.accept(places.get(index), answer);
        }));
    }

    /** The request's hash, and behind a plus sign the offset where there is one. */
    private static String key(Request request, int offset) {
        return offset == 0 ? request.hash() : request.hash() + "+" + offset;
    }

    @Override
    public ModelInfo info() {
        return model.info();
    }

    @Override
    public void close() {
        fresh.clear();
    }
}
