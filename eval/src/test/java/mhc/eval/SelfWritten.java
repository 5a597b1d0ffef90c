package mhc.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import mhc.datasets.Example;
import mhc.datasets.FewShotPool;

/** Invented items in the shape of the eight corpora, two exemplars each: they may stand in the documentation. */
public final class SelfWritten {
    private static final String HARBOUR =
            "The harbour saw 14 ferries on Monday and 9 on Tuesday. Two of Tuesday's ferries, Aurora and Borealis, were late.";
    private static final String ORCHARD = "An orchard of 60 trees was planted in 1911; 45 of its trees bear apples.";

    private SelfWritten() {}

    public static final Example.Bbh BBH = new Example.Bbh(
            "bbh/lamp_switches/7", "lamp_switches", "The lamp is off. Ann presses twice, Ben once. Is it on?", "Yes");
    public static final Example.Drop DROP = drop(
            "h_1",
            "harbour",
            HARBOUR,
            "How many ferries came on both days together?",
            new Example.DropAnswer(Example.DropAnswer.Kind.NUMBER, List.of("23")),
            new Example.DropAnswer(Example.DropAnswer.Kind.SPANS, List.of("23 ferries")));
    public static final Example.Gsm8k GSM8K = new Example.Gsm8k(
            "gsm8k/test/0",
            "A crate holds 12 jars. A shop sells 3 crates at $2 a jar. How much does it earn?",
            "It sells 3 * 12 = <<3*12=36>>36 jars.\nIt earns 36 * 2 = $<<36*2=72>>72.\n#### 72");
    public static final Example.HellaSwag HELLASWAG = new Example.HellaSwag(
            "hellaswag/val/5",
            "Baking bread",
            "[header] How to shape a loaf [title] Flour the table. [step] Keep some flour aside.",
            "the baker",
            List.of("folds the dough. [substeps] Twice.", "sells the table.", "paints the oven.", "swims."),
            0,
            "wikihow~1");
    public static final Example.MathProblem MATH = new Example.MathProblem(
            "math/algebra/3",
            "algebra",
            "Level 1",
            "What is $\\frac{6}{4}$ in lowest terms?",
            "It is $\\boxed{\\frac32}$.");
    public static final Example.Mmlu MMLU = new Example.Mmlu(
            "mmlu/test/marine_biology/2",
            "marine_biology",
            "Which of these breathes air? ",
            List.of("A shark", "A seal", "A squid", "A sponge"),
            1);
    public static final Example.Piqa PIQA = new Example.Piqa(
            "piqa/valid/9",
            "To dry wet shoes overnight,",
            List.of("stuff them with paper.", "stuff them with ice."),
            0);
    public static final Example.TriviaQa TRIVIAQA = new Example.TriviaQa(
            "triviaqa/dev/4", "Which planet has the shortest year?", "Mercury", List.of("Planet Mercury", "Mercury"));

    public static final Map<String, Example> EXAMPLES = Map.of(
            "bbh", BBH,
            "drop", DROP,
            "gsm8k", GSM8K,
            "hellaswag", HELLASWAG,
            "math", MATH,
            "mmlu", MMLU,
            "piqa", PIQA,
            "triviaqa", TRIVIAQA);

    private static final Map<String, List<Example>> POOLS = Map.of(
            "bbh",
                    List.of(
                            new Example.Bbh(
                                    "bbh/cot/lamp_switches/0",
                                    "lamp_switches",
                                    "The lamp is on. Ann presses once. Is it on?",
                                    "Let's think step by step.\nIt was on and one press turns it off. So the answer is No."),
                            new Example.Bbh("bbh/cot/other/0", "other", "Not this one.", "Never shown."),
                            new Example.Bbh(
                                    "bbh/cot/lamp_switches/1",
                                    "lamp_switches",
                                    "The lamp is off. Ben presses once. Is it on?",
                                    "Let's think step by step.\nIt was off and one press turns it on. So the answer is Yes.")),
            "drop",
                    List.of(
                            drop(
                                    "o_1",
                                    "orchard",
                                    ORCHARD,
                                    "How many trees bear no apples?",
                                    new Example.DropAnswer(Example.DropAnswer.Kind.NUMBER, List.of("15"))),
                            drop(
                                    "o_2",
                                    "orchard",
                                    ORCHARD,
                                    "When was it planted?",
                                    new Example.DropAnswer(Example.DropAnswer.Kind.DATE, List.of("1911")))),
            "gsm8k",
                    List.of(
                            new Example.Gsm8k(
                                    "gsm8k/cot/0",
                                    "Max has 3 pens and buys 4. How many pens has he?",
                                    "He has 3 + 4 = 7 pens. The answer is 7."),
                            new Example.Gsm8k(
                                    "gsm8k/train/1",
                                    "A row has 1,000 seats. How many seats have 2 rows?",
                                    "They have 2 * 1000 = <<2*1000=2000>>2000 seats.\n#### 2,000")),
            "hellaswag",
                    List.of(
                            new Example.HellaSwag(
                                    "hellaswag/val/0",
                                    "Rowing",
                                    "Two people sit in a boat.",
                                    "",
                                    List.of("They row.", "They melt.", "They boil.", "They rust."),
                                    0,
                                    "activitynet~1"),
                            new Example.HellaSwag(
                                    "hellaswag/val/1",
                                    "Juggling",
                                    "A clown takes three balls.",
                                    "he",
                                    List.of("eats a wall.", "throws them up.", "is a ball.", "was three."),
                                    1,
                                    "activitynet~2")),
            "math",
                    List.of(
                            new Example.MathProblem(
                                    "math/cot/0",
                                    "",
                                    "",
                                    "Find $1+1$.",
                                    "It is $\\boxed{2}$.\nFinal Answer: The final answer is $2$. I hope it is correct."),
                            new Example.MathProblem(
                                    "math/train/1", "", "", "Solve $x+1=3$ for $x$.", "We get $x=\\boxed{2}$.")),
            "mmlu",
                    List.of(
                            new Example.Mmlu(
                                    "mmlu/dev/marine_biology/0",
                                    "marine_biology",
                                    "What do corals build?",
                                    List.of("Reefs", "Nests", "Dams", "Webs"),
                                    0),
                            new Example.Mmlu(
                                    "mmlu/dev/marine_biology/1",
                                    "marine_biology",
                                    "How many arms has an octopus?",
                                    List.of("Five", "Six", "Seven", "Eight"),
                                    3)),
            "piqa",
                    List.of(
                            new Example.Piqa("piqa/train/0", "To cool soup,", List.of("heat it.", "let it stand."), 1),
                            new Example.Piqa(
                                    "piqa/train/1", "To sharpen a pencil,", List.of("turn it.", "wet it."), 0)),
            "triviaqa",
                    List.of(
                            new Example.TriviaQa("triviaqa/train/0", "What colour is chalk?", "", List.of("White")),
                            new Example.TriviaQa(
                                    "triviaqa/train/1", "Which animal barks?", "Dog", List.of("A dog", "Dogs"))));

    public static FewShotPool pool(String benchmark) {
        return new FewShotPool(
                POOLS.get(benchmark),
                benchmark.equals("bbh") ? Map.of("lamp_switches", "Say whether a lamp is on.") : Map.of());
    }

    public static Example example(Benchmark benchmark) {
        return EXAMPLES.get(benchmark.corpus().key());
    }

    /** The request for the benchmark's example after {@code shots} exemplars. */
    public static Request request(Benchmark benchmark, int shots) {
        return request(benchmark, shots, pool(benchmark.corpus().key()));
    }

    /** The same, with the example itself in the pool: a rule that draws one exemplar more and leaves it out needs that. */
    public static Request requestFromAll(Benchmark benchmark, int shots) {
        FewShotPool pool = pool(benchmark.corpus().key());
        List<Example> all = new ArrayList<>(pool.examples());
        all.add(example(benchmark));
        return request(benchmark, shots, new FewShotPool(all, pool.descriptions()));
    }

    private static Request request(Benchmark benchmark, int shots, FewShotPool pool) {
        Example example = example(benchmark);
        return benchmark.request(
                example, benchmark.drawShots(List.of(example), pool, shots).get(0));
    }

    public static Answer.Text text(String text) {
        return new Answer.Text(text, Answer.Stop.STOP_STRING, Answer.Usage.NONE);
    }

    /** Scores of options of two tokens each. */
    public static Answer.Scores scores(double... logLikelihoods) {
        return new Answer.Scores(
                IntStream.range(0, logLikelihoods.length)
                        .mapToObj(i -> new Answer.Score(logLikelihoods[i], 2, 5, false))
                        .toList(),
                Answer.Usage.NONE);
    }

    private static Example.Drop drop(
            String id, String passageId, String passage, String question, Example.DropAnswer... answers) {
        return new Example.Drop("drop/" + id, passageId, passage, question, List.of(answers));
    }
}
