package mhc.datasets.curriculum;

import mhc.datasets.Draw;
import mhc.datasets.Example;

/** A task with a chain of thought, in the shape of BIG-Bench Hard. */
abstract class WorkedTask implements Kind {
    private static final String THINK = "Let's think step by step.";

    private final String task;
    private final String description;

    WorkedTask(String task, String description) {
        this.task = task;
        this.description = description;
    }

    /**
     * @param input the question
     * @param steps the chain of thought, whole sentences
     * @param target the answer
     */
    record Worked(String input, String steps, String target) {}

    abstract Worked draw(Draw draw);

    @Override
    public final String task() {
        return task;
    }

    /** The line that opens a prompt. */
    final String description() {
        return description;
    }

    @Override
    public final Item draw(String id, Draw draw) {
        Worked worked = draw(draw);
        String shown = "%s\n%s So the answer is %s.".formatted(THINK, worked.steps, worked.target);
        return new Item(
                new Example.Bbh(id, task, worked.input, worked.target), new Example.Bbh(id, task, worked.input, shown));
    }
}
