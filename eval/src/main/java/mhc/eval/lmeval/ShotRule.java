package mhc.eval.lmeval;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import mhc.datasets.Example;
import mhc.datasets.InputException;

/** How lm-eval picks exemplars for each document of a task (0.4.13, {@code lm_eval/api/samplers.py}). */
enum ShotRule {
    /** The first ones of the pool, the same for every document. */
    FIRST {
        @Override
        List<List<Example>> draw(
                String name,
                List<Example> documents,
                List<Example> pool,
                int shots,
                BiPredicate<Example, Example> same) {
            require(name, pool, shots, shots);
            List<Example> first = pool.subList(0, shots);
            return documents.stream().map(document -> first).toList();
        }
    },

    /** As many as asked for, at random. */
    RANDOM {
        @Override
        List<List<Example>> draw(
                String name,
                List<Example> documents,
                List<Example> pool,
                int shots,
                BiPredicate<Example, Example> same) {
            require(name, pool, shots, shots);
            PythonRandom random = new PythonRandom(SEED);
            List<List<Example>> drawn = new ArrayList<>(documents.size());
            documents.forEach(document -> drawn.add(sample(random, pool, shots)));
            return drawn;
        }
    },

    /**
     * One more than asked for, at random; the evaluated document leaves if it is among them, and the rest is cut. lm-eval
     * does this wherever the pool's split and the test split have the same name, and "none" equals "none": in tasks that
     * define neither, although their pool is the training split.
     */
    RANDOM_APART {
        @Override
        List<List<Example>> draw(
                String name,
                List<Example> documents,
                List<Example> pool,
                int shots,
                BiPredicate<Example, Example> same) {
            require(name, pool, shots + 1, shots);
            PythonRandom random = new PythonRandom(SEED);
            List<List<Example>> drawn = new ArrayList<>(documents.size());
            for (Example document : documents) {
                List<Example> others = sample(random, pool, shots + 1).stream()
                        .filter(exemplar -> !same.test(exemplar, document))
                        .limit(shots)
                        .toList();
                if (others.size() < shots) {
                    // The pool holds the document more than once: a second draw, from all others.
                    List<Example> rest = pool.stream()
                            .filter(exemplar -> !same.test(exemplar, document))
                            .toList();
                    require(name, rest, shots, shots);
                    others = sample(random, rest, shots);
                }
                drawn.add(others);
            }
            return drawn;
        }
    };

    /** lm-eval's default for {@code --seed}'s few-shot part. */
    private static final long SEED = 1234;

    /**
     * The exemplars of each document. One generator serves the whole task in document order, so that a draw depends on all
     * before it.
     *
     * @param same whether an exemplar and a document are the same item
     * @throws InputException when the pool holds too few exemplars
     */
    abstract List<List<Example>> draw(
            String name, List<Example> documents, List<Example> pool, int shots, BiPredicate<Example, Example> same);

    private static List<Example> sample(PythonRandom random, List<Example> pool, int count) {
        List<Example> drawn = new ArrayList<>(count);
        for (int index : random.sample(pool.size(), count)) {
            drawn.add(pool.get(index));
        }
        return drawn;
    }

    private static void require(String name, List<Example> pool, int needed, int shots) {
        if (pool.size() < needed) {
            throw new InputException(
                    "The few-shot pool of %s holds %d exemplars but %d shots need %d: give a larger pool "
                                    .formatted(name, pool.size(), shots, needed)
                            + "(files: {%s: {pool: PATH}}) or fewer shots (shots: {%s: N})".formatted(name, name));
        }
    }
}
