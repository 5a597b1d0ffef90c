package mhc.datasets.curriculum;

import java.util.ArrayList;
import java.util.List;
import mhc.datasets.Draw;

/** Steps forward and back on a line: does the walk end where it began. */
final class Walks extends WorkedTask {
    Walks() {
        super("navigate", "Say whether a walk ends at its start.");
    }

    @Override
    Worked draw(Draw draw) {
        int first = draw.between(1, 9);
        int second = draw.between(1, 9);
        boolean returns = draw.percent(50);
        int sum = first + second;
        int back = returns ? sum : otherThan(sum, draw);
        List<String> moves = new ArrayList<>(
                List.of("Take %d steps forward.".formatted(first), "Take %d steps forward.".formatted(second)));
        moves.add(draw.between(0, 2), "Take %d steps back.".formatted(back));
        return new Worked(
                "%s Do you return to the start?".formatted(String.join(" ", moves)),
                "Forward: %d + %d = %d. Back: %d.".formatted(first, second, sum, back),
                returns ? "Yes" : "No");
    }

    private static int otherThan(int value, Draw draw) {
        int other = draw.between(Math.max(2, value - 3), value + 2);
        return other >= value ? other + 1 : other;
    }
}
