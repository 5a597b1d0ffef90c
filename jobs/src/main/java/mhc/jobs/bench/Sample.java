package mhc.jobs.bench;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mhc.datasets.Example;
import mhc.jobs.plan.Shard;
import mhc.jobs.plan.ShardPlan;

/**
 * How many questions of a benchmark.
 *
 * @param examples in all, taken from its sub-tasks in turn; 0 = all
 * @param tasks sub-tasks, the first in name order; 0 = all
 */
public record Sample(int examples, int tasks) {
    static final Sample ALL = new Sample(0, 0);

    private static final Pattern TEXT = Pattern.compile("(\\d{1,9})(?:/(\\d{1,9}))?");

    /** Of {@code N} or {@code N/TASKS}, such as {@code 40/4}; empty for another text. */
    public static Optional<Sample> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int tasks = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
        return Optional.of(new Sample(Integer.parseInt(matcher.group(1)), tasks));
    }

    List<Question> of(ShardPlan.Planned planned) {
        List<Shard.Item> items = planned.shards().stream()
                .flatMap(shard -> shard.items().stream())
                .toList();
        TreeSet<String> names = new TreeSet<>();
        items.forEach(item -> names.add(item.example().task()));
        List<String> wanted =
                names.stream().limit(tasks == 0 ? Long.MAX_VALUE : tasks).toList();
        List<Shard.Item> eligible = items.stream()
                .filter(item -> wanted.contains(item.example().task()))
                .toList();
        List<Example> all = eligible.stream().map(Shard.Item::example).toList();
        return ShardPlan.choose(all, examples).stream()
                .map(eligible::get)
                .map(item -> new Question(item.example(), planned.benchmark().request(item.example(), item.shots())))
                .toList();
    }
}
