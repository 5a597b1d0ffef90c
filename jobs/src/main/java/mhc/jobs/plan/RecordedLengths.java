package mhc.jobs.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mhc.datasets.InputException;
import mhc.jobs.run.RecordedRequest;

/**
 * Lengths of shards by a finished run, which may have been cut otherwise: what each request really took, at the model's
 * rates in that run, by as much slower or faster as the file was that the request stands in.
 */
final class RecordedLengths {
    private final String run;
    private final Map<String, Model> models = new HashMap<>();

    /** The files of one model, and its answers by example. */
    private static final class Model {
        private final List<RecordedRates.Sample> samples = new ArrayList<>();
        private final Map<String, Answer> answers = new HashMap<>();
        private RecordedRates rates;

        private RecordedRates rates() {
            if (rates == null) {
                rates = RecordedRates.fit(samples);
            }
            return rates;
        }

        /** A file's seconds over those that the rates give it. */
        private double pace(RecordedRates.Sample file) {
            return file.seconds() / rates().seconds(file.work());
        }
    }

    private record Answer(RecordedRequest request, boolean generated, RecordedRates.Sample file) {}

    RecordedLengths(String run) {
        this.run = run;
    }

    /**
     * Takes in a model's answers to a benchmark, by part file.
     *
     * @param generated whether the model's new tokens were generated, or read
     */
    void add(String name, boolean generated, List<List<RecordedRequest>> parts) {
        Model model = models.computeIfAbsent(name, key -> new Model());
        model.rates = null;
        for (List<RecordedRequest> part : parts) {
            double seconds =
                    part.stream().mapToDouble(RecordedRequest::seconds).max().orElse(0);
            if (seconds > 0) {
                RecordedRates.Sample file = new RecordedRates.Sample(RecordedWork.of(part, generated), seconds);
                model.samples.add(file);
                part.forEach(request -> model.answers.put(request.id(), new Answer(request, generated, file)));
            }
        }
    }

    /** Seconds of a shard, and of launching and committing it. */
    double of(QueuedShard queued) {
        Model model = models.getOrDefault(queued.model(), new Model());
        List<RecordedRequest> requests = new ArrayList<>();
        boolean generated = false;
        double paces = 0;
        for (Shard.Item item : queued.shard().items()) {
            Answer answer = model.answers.get(item.example().id());
            if (answer == null) {
                throw new InputException("Run " + run + " has no answer of " + queued.model() + " to "
                        + item.example().id() + ": give a finished run of this configuration to --recorded");
            }
            requests.add(answer.request());
            generated = answer.generated();
            paces += model.pace(answer.file());
        }
        RecordedRates rates = model.rates();
        return ShardCost.TASK * rates.read()
                + rates.seconds(RecordedWork.of(requests, generated)) * paces / requests.size();
    }
}
