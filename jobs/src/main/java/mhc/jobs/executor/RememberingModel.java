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
    public Work answer(List<Request> requests, Sink sink) {
        List<Request> open = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            Answer answer = known.get(requests.get(i).hash());
            if (answer == null) {
                open.add(requests.get(i));
                places.add(i);
            } else {
                sink.accept(i, answer);
            }
        }
        return model.answer(open, (index, answer) -> {
            fresh.put(open.get(index).hash(), answer);
            sink.accept(places.get(index), answer);
        });
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
