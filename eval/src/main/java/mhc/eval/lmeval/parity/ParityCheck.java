package mhc.eval.lmeval.parity;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import mhc.datasets.Example;
import mhc.datasets.FewShotPool;
import mhc.eval.Answer;
import mhc.eval.MetricName;
import mhc.eval.Outcome;
import mhc.eval.Request;
import mhc.eval.Shots;
import mhc.eval.lmeval.parity.ParityReport.Kind;

/** Compares this project with a recorded run of lm-evaluation-harness: prompts, answers, extracted answers, metrics. */
public final class ParityCheck {
    /** Recorded as 0 by runs without the library it needs, and no part of this protocol. */
    private static final String UNCHECKED_METRIC = "math_verify";

    private static final double VALUE_TOLERANCE = 1e-9;

    private final Recording recording;
    private final List<Request> requests;

    private ParityCheck(Recording recording, List<Request> requests) {
        this.recording = recording;
        this.requests = List.copyOf(requests);
    }

    /**
     * Builds this project's prompts for the recorded documents.
     *
     * @param pool the exemplars that the recorded run drew from, in its order
     * @throws mhc.datasets.InputException when the pool is too small
     */
    public static ParityCheck of(Recording recording, FewShotPool pool) {
        List<Recording.Document> documents = recording.documents();
        if (documents.isEmpty()) {
            return new ParityCheck(recording, List.of());
        }
        // A draw depends on how many came before: documents left out of the recording still take theirs.
        int run = documents.get(documents.size() - 1).place() + 1;
        List<Example> examples =
                new ArrayList<>(Collections.nCopies(run, documents.get(0).example()));
        documents.forEach(document -> examples.set(document.place(), document.example()));
        List<Shots> shots = recording.benchmark().drawShots(examples, pool, recording.shots());
        return new ParityCheck(
                recording,
                documents.stream()
                        .map(document -> withLimit(
                                recording.benchmark().request(document.example(), shots.get(document.place())),
                                document.request()))
                        .toList());
    }

    /** Recorded runs may generate fewer tokens than the protocol's. */
    private static Request withLimit(Request request, Request recorded) {
        return request instanceof Request.Generate ours && recorded instanceof Request.Generate theirs
                ? new Request.Generate(ours.context(), ours.stops(), theirs.maxTokens())
                : request;
    }

    /** What a model is to be asked, one request per recorded document, in order, with the recorded token limits. */
    public List<Request> requests() {
        return requests;
    }

    /** Scores the recorded answers. */
    public ParityReport replay() {
        return compare(
                recording.documents().stream().map(Recording.Document::answer).toList());
    }

    /** Asks a model one request after the other. */
    public ParityReport compare(Function<Request, Answer> model) {
        return compare(requests.stream().map(model).toList());
    }

    /** @param answers of {@link #requests()}, in their order */
    public ParityReport compare(List<Answer> answers) {
        if (answers.size() != requests.size()) {
            throw new IllegalArgumentException("%d answers to %d requests".formatted(answers.size(), requests.size()));
        }
        ParityReport.Builder report = new ParityReport.Builder();
        List<Map<String, Double>> metrics = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            Recording.Document document = recording.documents().get(i);
            compareRequests(report, document, requests.get(i));
            Answer answer = compareAnswers(report, document, answers.get(i));
            if (!(answer instanceof Answer.Failed)) {
                Outcome outcome = recording.benchmark().score(document.example(), answer);
                compareOutcomes(report, document, outcome);
                metrics.add(outcome.metrics());
            }
        }
        compareResults(report, metrics);
        return report.build(recording);
    }

    private static void compareRequests(ParityReport.Builder report, Recording.Document document, Request ours) {
        report.compare(Kind.REQUEST, ours.equals(document.request()), () -> "document %d, request: %s"
                .formatted(document.place(), difference(ours, document.request())));
    }

    private static String difference(Request ours, Request recorded) {
        if (!ours.context().equals(recorded.context())) {
            return difference(ours.context(), recorded.context());
        }
        return "%s instead of %s".formatted(afterContext(ours), afterContext(recorded));
    }

    private static String afterContext(Request request) {
        return request instanceof Request.Generate generate
                ? "stops " + generate.stops()
                : "continuations " + ((Request.Choice) request).continuations();
    }

    private static int firstDifference(String ours, String recorded) {
        int at = 0;
        while (at < Math.min(ours.length(), recorded.length()) && ours.charAt(at) == recorded.charAt(at)) {
            at++;
        }
        return at;
    }

    private static String difference(String ours, String recorded) {
        int at = firstDifference(ours, recorded);
        return "from character %d \"%s\" instead of \"%s\"".formatted(at, excerpt(ours, at), excerpt(recorded, at));
    }

    private static String excerpt(String text, int at) {
        return text.substring(Math.max(0, at - 20), Math.min(text.length(), at + 40))
                .replace("\n", "\\n");
    }

    /** @return the answer to score: the recorded one where a near tie led to another text */
    private static Answer compareAnswers(ParityReport.Builder report, Recording.Document document, Answer ours) {
        if (document.answer() instanceof Answer.Text recorded) {
            String text = ours instanceof Answer.Text answered ? answered.text() : null;
            Supplier<String> description = () -> "document %d, text: %s"
                    .formatted(document.place(), text == null ? ours.toString() : difference(text, recorded.text()));
            boolean tied = differsByNearTie(ours, recorded);
            if (tied) {
                report.nearTie(description.get());
            }
            report.compare(Kind.TEXT, tied || recorded.text().equals(text), description);
            return tied ? recorded : ours;
        }
        List<Answer.Score> recorded = ((Answer.Scores) document.answer()).scores();
        List<Answer.Score> scores = ours instanceof Answer.Scores answered ? answered.scores() : List.of();
        for (int i = 0; i < recorded.size(); i++) {
            int place = i;
            double theirs = recorded.get(i).logLikelihood();
            double value = i < scores.size() ? scores.get(i).logLikelihood() : Double.NaN;
            report.compare(
                    Kind.LOG_LIKELIHOOD,
                    i < scores.size() && near(value, theirs, Math.max(1e-4, 1e-5 * Math.abs(theirs))),
                    () -> "document %d, continuation %d: log-likelihood %s instead of %s"
                            .formatted(document.place(), place, value, theirs));
        }
        return ours;
    }

    private static boolean differsByNearTie(Answer ours, Answer.Text recorded) {
        return ours instanceof Answer.Text answered
                && answered.nearTie() != Answer.Text.CLEAR
                && !answered.text().equals(recorded.text())
                && firstDifference(answered.text(), recorded.text()) >= answered.nearTie();
    }

    private static boolean near(double ours, double recorded, double tolerance) {
        return Double.compare(ours, recorded) == 0 || Math.abs(ours - recorded) <= tolerance;
    }

    private static void compareOutcomes(ParityReport.Builder report, Recording.Document document, Outcome outcome) {
        document.filtered()
                .forEach((filter, recorded) -> report.compare(
                        Kind.FILTERED,
                        recorded.equals(outcome.extracted().get(filter)),
                        () -> "document %d, filter %s: \"%s\" instead of \"%s\""
                                .formatted(
                                        document.place(),
                                        filter,
                                        outcome.extracted().get(filter),
                                        recorded)));
        document.metrics().forEach((metric, recorded) -> {
            if (!metric.metric().equals(UNCHECKED_METRIC)) {
                Double value = outcome.metrics().get(metric.key());
                report.compare(
                        Kind.METRIC,
                        value != null && near(value, recorded, VALUE_TOLERANCE),
                        () -> "document %d, %s: %s instead of %s"
                                .formatted(document.place(), metric.key(), value, recorded));
            }
        });
    }

    private void compareResults(ParityReport.Builder report, List<Map<String, Double>> metrics) {
        recording.results().forEach((name, recorded) -> {
            boolean error = name.metric().endsWith("_stderr");
            MetricName metric = error
                    ? new MetricName(
                            name.metric().substring(0, name.metric().length() - "_stderr".length()), name.filter())
                    : name;
            if (!metric.metric().equals(UNCHECKED_METRIC)) {
                double[] values = metrics.stream()
                        .map(ofDocument -> ofDocument.get(metric.key()))
                        .filter(Objects::nonNull)
                        .mapToDouble(Double::doubleValue)
                        .toArray();
                double value = error ? standardError(values) : mean(values);
                report.compare(Kind.RESULT, near(value, recorded, VALUE_TOLERANCE), () -> "result %s: %s instead of %s"
                        .formatted(name.key(), value, recorded));
            }
        });
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    /** lm-eval's closed form: the sample's standard deviation over the root of its size. */
    private static double standardError(double[] values) {
        double mean = mean(values);
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        return Math.sqrt(squares / (values.length - 1)) / Math.sqrt(values.length);
    }
}
