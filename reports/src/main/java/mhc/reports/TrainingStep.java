package mhc.reports;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mhc.datasets.InputException;

/**
 * How far a checkpoint was trained.
 *
 * @param model its name without the step
 * @param tokens 0 when unknown
 */
record TrainingStep(String model, long step, long tokens) {
    /** What an exported checkpoint says of itself. */
    private static final Pattern NOTE = Pattern.compile("(\\d+) of \\d+ steps of (\\d+) tokens");

    private static final Pattern NAME = Pattern.compile("[._-]?step[._=-]?(\\d+)", Pattern.CASE_INSENSITIVE);

    /** @throws InputException when neither the checkpoint's note nor the names of model, checkpoint or run say it */
    static TrainingStep of(EvaluatedRun run, String model) {
        ModelFacts facts = run.facts(model);
        String name = NAME.matcher(model).replaceAll("");
        Matcher note = NOTE.matcher(facts.note());
        if (note.find()) {
            long step = Long.parseLong(note.group(1));
            return new TrainingStep(name, step, step * Long.parseLong(note.group(2)));
        }
        for (String where : List.of(model, facts.path(), run.directory().getName())) {
            Matcher named = NAME.matcher(where);
            if (named.find()) {
                return new TrainingStep(name, Long.parseLong(named.group(1)), 0);
            }
        }
        throw new InputException("Run " + run.directory() + " does not say which step its model " + model
                + " was trained to: end the name of the run, the model or its checkpoint in step<number>");
    }
}
