"""Records the official scorers on self-written answers: python record_scorers.py FOLDER [OUT]

FOLDER holds checkouts of the scorers' repositories, by name:
    allennlp-models    allenai/allennlp-models@b1f372248c17     allennlp_models/rc/tools/drop.py
    grade-school-math  openai/grade-school-math@3101c7d50724    grade_school_math/dataset.py
    math               hendrycks/math@985bdc1696e8              modeling/math_equivalence.py
    triviaqa           mandarjoshi90/triviaqa@ca43b5820b10      evaluation/triviaqa_evaluation.py

One file a scorer, JSON lines: the inputs and what the official function returned for them. BBH, MMLU and HellaSwag publish
a rule and no function: those three rules are written out below. Needs numpy, scipy, torch (imported by the GSM8K file).
"""

import argparse
import contextlib
import importlib.util
import io
import itertools
import json
import sys
from pathlib import Path

import numpy as np

OUT = Path(__file__).resolve().parents[2] / "eval/src/test/resources/mhc/eval/score"
FILES = {
    "drop": "allennlp-models/allennlp_models/rc/tools/drop.py",
    "gsm8k": "grade-school-math/grade_school_math/dataset.py",
    "math": "math/modeling/math_equivalence.py",
    "triviaqa": "triviaqa/evaluation/triviaqa_evaluation.py",
}


def load(folder, name):
    # TriviaQA's file imports others of its repository.
    sys.path.insert(0, str(folder / FILES[name].split("/")[0]))
    spec = importlib.util.spec_from_file_location(name, folder / FILES[name])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- DROP ---

DROP_TEXTS = [
    "12", "12.0", "012", "1e3", "1,000", "1_000", "-5", "+5", ".5", "5.", "$5", "5%", "3rd", "nan", "inf", "-inf", "1/2",
    "twelve", "The mill", "the  mill", "a", "an the a", "A-frame", "Anna Reed", "anna-reed", "ANNA REED!", "Reed, Anna",
    "don't", "U.S.", "4 May 1871", "4-5", "", " ", "-", "...", "caf\u00e9", "\u0130stanbul", "\u00c9t\u00e9", "12 looms",
    "12\u00a0looms", "looms\t12", "12\nlooms", "Theodore", "an\u00adchor", "\u0661\u0662", "x_1", "Tom and Paul", "0x1F",
    "1e400", "\u00bd", "(12)", "12)", "the-mill", "thE mIll", "Infinity", "1__0", " 7 ", "1.50", "2.500000000000000001",
]  # fmt: skip
DROP_PAIRS = [
    (["Tom", "Paul"], [["Tom", "Paul"]]),
    (["Paul", "Tom"], [["Tom", "Paul"]]),
    (["Tom"], [["Tom", "Paul"]]),
    (["Tom", "Paul", "Anna"], [["Tom", "Paul"]]),
    (["Tom Reed", "Paul"], [["Tom", "Paul Reed"]]),
    (["Tom", "Tom"], [["Tom"]]),
    (["Tom"], [["Tom", "Tom"]]),
    ("Tom Paul", [["Tom", "Paul"]]),
    ("Tom and Paul", [["Tom", "Paul"], ["Tom and Paul"]]),
    (["30 looms", "12 looms"], [["12 looms", "30 looms"]]),
    (["30 looms", "12"], [["12 looms", "31 looms"]]),
    ("18", [["12"], ["18"]]),
    ("18.0", [["18"]]),
    ("eighteen", [["18"]]),
    ("18 looms", [["18"]]),
    ("18", [["18 looms"]]),
    ("17 looms", [["18 looms"]]),
    ("the mill", [["mill"]]),
    ("mill", [["The Mill of Anna Reed"]]),
    ("old mill wheel", [["old stone mill"], ["wheel of the mill"]]),
    ("4 May 1871", [["4 May 1871"]]),
    ("May 1871", [["4 May 1871"]]),
    ("4 may", [["4 May 1871"], ["May 4"]]),
    ("", [["mill"]]),
    ("", [[""]]),
    ("x", [[" "]]),
    ("a", [["an"]]),
    ("the", [["mill"]]),
    (["a b c", "d e f", "g"], [["g", "a b", "d f x"]]),
    (["a1 b1", "a1 c1", "b1 c1"], [["a1 b1 c1", "c1", "b1"]]),
    (["one", "two", "three", "four"], [["four", "three", "two", "one"]]),
    (["one two", "one three"], [["one"], ["two three", "one"]]),
    ("3 and 4", [["3", "4"]]),
    ("7 7 7", [["7"]]),
    ("anna-reed", [["Anna Reed"]]),
    ("AnnaReed", [["Anna Reed"]]),
]
DROP_ANNOTATIONS = {
    "mill": {
        "qa_pairs": [
            {"query_id": "q1", "answer": {"number": "12", "spans": [], "date": {}}, "validated_answers": []},
            {
                "query_id": "q2",
                "answer": {"number": "", "spans": ["Tom", "Paul"], "date": {}},
                "validated_answers": [{"number": "2", "spans": []}, {"number": "", "spans": ["Tom and Paul"]}],
            },
            {
                "query_id": "q3",
                "answer": {"number": "", "spans": [], "date": {"day": "4", "month": "May", "year": "1871"}},
                "validated_answers": [],
            },
            {"query_id": "q4", "answer": {"number": "", "spans": ["Anna Reed"]}},
        ]
    }
}
DROP_PREDICTIONS = [
    {"q1": "12", "q2": ["Tom", "Paul"], "q3": "4 May 1871", "q4": "Anna Reed"},
    {"q1": "12.0", "q2": "2", "q3": "May 1871", "q4": "Reed"},
    {"q1": "13", "q2": "Tom and Paul", "q3": "1871"},
    {"q2": ["Paul", "Tom", "Anna"], "q3": "", "q4": ["Anna", "Reed"]},
    {"q1": "twelve", "q2": ["Tom"], "q3": "4 5 1871", "q4": "the Anna Reed"},
]


def drop(official):
    def best(predicted, golds):
        scores = [official.get_metrics(predicted, gold) for gold in golds if gold[0].strip()]
        return {"em": float(max((s[0] for s in scores), default=0)), "f1": float(max((s[1] for s in scores), default=0))}

    pairs = DROP_PAIRS + [(a, [[b]]) for a, b in itertools.product(DROP_TEXTS[:30], DROP_TEXTS[:30:3])]
    yield "drop_em_f1", [{"predicted": a, "golds": golds, "expected": best(a, golds)} for a, golds in pairs]
    yield "drop_normalize", [{"input": t, "expected_normalized": official._normalize_answer(t)} for t in DROP_TEXTS]
    evaluated = []
    for predictions in DROP_PREDICTIONS:
        with contextlib.redirect_stdout(io.StringIO()):
            em, f1 = official.evaluate_json(DROP_ANNOTATIONS, predictions)
        expected = {"em": float(em), "f1": float(f1)}
        evaluated.append({"annotations": DROP_ANNOTATIONS, "predictions": predictions, "expected": expected})
    yield "drop_evaluate_json", evaluated


# --- MATH ---

MATH_TEXTS = [
    "\\frac{1}{2}", "\\frac12", "\\frac1{2}", "\\frac{1}2", "\\dfrac{1}{2}", "\\tfrac{1}{2}", "1/2", "0.5", ".5", "-.5",
    "x=\\frac{1}{2}", "x = 0.5", "xy=0.5", "k=3", "3", "3.0", "+3", "3\\%", "3%", "\\$3", "3\\text{ cm}", "3 \\text{ m}",
    "3\\text{cm}", "3^\\circ", "3^{\\circ}", "\\sqrt3", "\\sqrt{3}", "2\\sqrt3", "\\sqrt 3", "\\sqrt[3]{8}", "\\left(1,2\\right)",
    "(1,2)", "(1, 2)", "1,000", "1{,}000", "1000", "1\\!000", "\\{1,2\\}", "[0,1)", "\\pi", "2 \\pi", "a/b", "3/4/5", "3/-4",
    "\\frac{a}{b}", "\\frac ab", "\\frac", "\\sqrt", "", " ", "\\text{even}", "\\text{ even}", "1\\\\2", "1\n2", "{.5}", "1 .5",
    "\\text{ a}\\text{ b}", "\u0663/\u0664", "12/ 3", "12/3", "012/3", "x==3", "\\frac{1}{\\frac12}", "(\\frac12)^2", "5\\tfrac12",
]  # fmt: skip


def math(official):
    pairs = []
    for a, b in itertools.product(MATH_TEXTS, repeat=2):
        equal = official.is_equiv(a, b)
        # All that are equal, and of the others every seventh: they are many.
        if equal or (len(a) * 31 + len(b) * 17 + len(pairs)) % 7 == 0:
            pairs.append({"a": a, "b": b, "expected": {"is_equiv": equal}})
    yield "math_is_equiv", pairs


# --- GSM8K ---

GSM8K_ANSWERS = [
    "1 + 2 = 3\n#### {}", "#### {}", "####{}", "####  {}", "#### {}.", "#### {} eggs", "The answer is {}.", "{}", "",
    "#### ${}", "#### -{}", "#### {}\n#### 9", "#### 9\n#### {}", "#### {},", "#### .{}", "####\n{}", "### {}", "##### {}",
    "#### {}%", "#### +{}", "#### {}.0", "#### {},000", "#### (x) {}", "#### -", "#### ,", "#### {} - 1",
]  # fmt: skip
GSM8K_GOLDS = ["3", "1,234", "-5", "0.5", "72.", "0"]


def gsm8k(official):
    vectors = []
    for form, gold in itertools.product(GSM8K_ANSWERS, GSM8K_GOLDS):
        for number in (gold, gold.replace(",", "")):
            prediction = form.format(number)
            if not any(v["prediction"] == prediction and v["gold"] == gold for v in vectors):
                correct = official.is_correct(prediction, {"answer": "So it is.\n#### " + gold})
                vectors.append({"prediction": prediction, "gold": gold, "expected": {"is_correct": correct}})
    yield "gsm8k_is_correct", vectors


# --- TriviaQA ---

TRIVIA_TEXTS = [
    "Oslo", "oslo", "OSLO!", "Oslo, Norway", "the Oslo", "The Oslo Fjord", "an Oslo", "Oslo_Fjord", "Oslo-Fjord", "  Oslo  ",
    "O'Neill", "O\u2019Neill", "\u2018Oslo\u2019", "\u00b4Oslo`", "\u201cOslo\u201d", "Oslo\u2013Bergen", "A. A. Milne", "A.A. Milne",
    "theatre", "The", "a an the", "", "   ", "!?", "caf\u00e9 the", "THE\u00a0CAFE", "\u0130zmir", "Stra\u00dfe", "AC/DC", "3.14",
    "$100", "100%", "C++", "R&B", "The Beatles (band)", "Beatles, The", "what a day", "an\tapple", "line\nbreak", "a_the_b",
    "x y x y", "x x y", "y x", "Anna Reed", "Reed", "anna", "Tom & Anna Reed", "Oslo Fjord Bridge",
]  # fmt: skip
TRIVIA_GOLDS = [
    ["Oslo"], ["Oslo Fjord", "Fjord of Oslo"], ["the Beatles", "Beatles"], ["A. A. Milne", "AA Milne", "Milne"], ["O'Neill"],
    ["x y"], [""], ["The"], ["Anna Reed", "Mrs. Reed"], ["caf\u00e9"], ["Izmir", "\u0130zmir"], ["R & B", "RnB"],
]  # fmt: skip


def triviaqa(official):
    yield "triviaqa_normalize", [{"input": t, "expected_normalized": official.normalize_answer(t)} for t in TRIVIA_TEXTS]

    def score(prediction, golds):
        best = official.metric_max_over_ground_truths
        return {
            "exact_match": int(best(official.exact_match_score, prediction, golds)),
            "f1": float(best(official.f1_score, prediction, golds)),
        }

    yield "triviaqa_em_f1", [
        {"prediction": t, "golds": golds, "expected": score(t, golds)}
        for t, golds in itertools.product(TRIVIA_TEXTS, TRIVIA_GOLDS)
    ]


# --- Rules without a published function ---

BBH_ANSWERS = [
    "So the answer is {}.", "So the answer is {}", "the answer is {}..", "The answer is {}.", "{}", "{}.", "", "the answer is ",
    "the answer is no. So the answer is {}.", "So the answer is {}. Or the answer is x.", "So the answer is  {}.",
    "So the answer is {}.\n", "So the answer is {} .", "the answer is{}.", "So the answer is\n{}.", "the answer is .",
]  # fmt: skip
BBH_TARGETS = ["True", "(B)", "7", "apple pear plum", "-3", "no"]


def bbh():
    """The text after the last "the answer is ", less one final full stop (BIG-Bench-Hard's published accuracies)."""
    vectors = []
    for form, target in itertools.product(BBH_ANSWERS, BBH_TARGETS):
        text = form.format(target)
        extracted = text.split("the answer is ")[-1].removesuffix(".")
        expected = {"exact_match": int(extracted == target)}
        vectors.append({"prediction": text, "target": target, "expected_extracted": extracted, "expected": expected})
    yield "bbh_exact_match", vectors


def mmlu():
    """The answer without white space around it is the letter."""
    forms = ["{}", " {}", "{}\n", "\u00a0{}", "{}.", "({})", "{} ", "", "{}{}", "Answer: {}", "\t{}\r\n", "\u200b{}"]
    vectors = []
    for form, letter, gold in itertools.product(forms, "ABCDb", "ABCD"):
        text = form.format(letter, letter)
        vectors.append({"prediction": text, "gold": gold, "expected": {"exact_match": int(text.strip() == gold)}})
    yield "mmlu_letter", vectors


def hellaswag():
    """The largest sum of log-likelihoods (acc), the largest mean per byte (acc_norm); the first of equal ones."""
    random = np.random.default_rng(5)
    vectors = []
    for case in range(60):
        # Few distinct values, so that some tie.
        sums = -random.integers(1, 9, 4) * 2.5
        means = sums / random.integers(1, 5, 4)
        label = case % 4
        expected = {"acc": int(np.argmax(sums) == label), "acc_norm": int(np.argmax(means) == label)}
        vectors.append(
            {"label": label, "loglik_sum": sums.tolist(), "loglik_mean_byte": means.tolist(), "expected": expected}
        )
    yield "hellaswag_loglik", vectors


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=Path, help="holds the checkouts")
    arguments.add_argument("out", nargs="?", type=Path, default=OUT)
    options = arguments.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    scorers = (drop, math, gsm8k, triviaqa)
    recorded = [scorer(load(options.folder, scorer.__name__)) for scorer in scorers] + [bbh(), mmlu(), hellaswag()]
    for name, vectors in itertools.chain.from_iterable(recorded):
        file = options.out / f"{name}.jsonl"
        file.write_text("".join(json.dumps(vector) + "\n" for vector in vectors))
        print(f"{name}: {len(vectors)} cases, {file.stat().st_size} bytes")


if __name__ == "__main__":
    main()
