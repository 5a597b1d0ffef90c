package mhc.datasets.curriculum;

import java.util.List;
import mhc.datasets.Draw;
import mhc.datasets.Example;

/** Questions about the facts of {@link World}, in the shape of TriviaQA. */
final class FactQuestions implements Kind {
    @Override
    public Item draw(String id, Draw draw) {
        World.Fact fact = World.draw(draw);
        String question = draw.one(fact.relation().questions()).formatted(fact.subject());
        return Item.of(
                new Example.TriviaQa(id, question, Words.capital(fact.value()), List.of(Words.capital(fact.value()))));
    }
}
