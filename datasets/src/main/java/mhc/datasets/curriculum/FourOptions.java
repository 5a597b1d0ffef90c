package mhc.datasets.curriculum;

import java.util.List;
import mhc.datasets.Draw;
import mhc.datasets.Example;

/** A subject with four options a question, in the shape of MMLU. */
abstract class FourOptions implements Kind {
    private final String subject;

    FourOptions(String subject) {
        this.subject = subject;
    }

    /** A question and four different options, the right one first. */
    record Question(String text, List<String> options) {}

    abstract Question draw(Draw draw);

    @Override
    public final String task() {
        return subject;
    }

    @Override
    public final Item draw(String id, Draw draw) {
        Question question = draw(draw);
        List<String> shuffled = draw.shuffled(question.options);
        return Item.of(
                new Example.Mmlu(id, subject, question.text, shuffled, shuffled.indexOf(question.options.get(0))));
    }
}
