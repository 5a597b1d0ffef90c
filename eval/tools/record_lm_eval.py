"""Records lm-evaluation-harness 0.4.13 on the bundled samples: python record_lm_eval.py [OUT] [--only ANSWERER]

The harness itself builds prompts, asks, extracts and scores; only its data sets are replaced by the project's own samples.
Two kinds of answerer: `canned`, fixed answers that exercise extraction and scoring, and the untrained checkpoints of
model/src/test/resources (make_checkpoints.py): `gqa-none` through the harness's hf backend and transformers' Llama,
`gqa-hc` and `gqa-mhc` through the same backend around reference_model.py, `v4-mhc` through transformers' DeepSeek-V4. `gqa-none-penalised` and `gqa-none-ended` are
`gqa-none` with a generation_config.json of model/src/test/resources/mhc/model/generation, on tasks that generate.

One file an answerer, JSON lines: a header for each task (task, benchmark and sub-task, exemplars, results), then one line
for each document and filter as --log_samples has them, but with the harness's prompt_hash (SHA-256 of the context) in place
of the context.

Needs lm-eval==0.4.13, transformers, torch, sympy, antlr4-python3-runtime==4.11. Packages that the harness imports and
these tasks do not use may be missing.
"""

import argparse
import csv
import hashlib
import json
import shutil
import sys
import tempfile
import types
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "datasets/src/main/resources/mhc/datasets/samples"
CHECKPOINTS = ROOT / "model/src/test/resources/mhc/model/checkpoints"
GENERATION = ROOT / "model/src/test/resources/mhc/model/generation"
OUT = ROOT / "eval/src/test/resources/mhc/eval/testing"
HARNESS = "0.4.13"
# What an untrained model says gets no better with length.
GENERATED = 20


class Absent(types.ModuleType):
    """A package that the harness imports and these tasks do not use."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        # math_verify's second opinion on MATH is no part of the protocol: it agrees with nothing here.
        return lambda *_, **__: False


for name in ("evaluate", "math_verify", "pytablewriter", "rouge_score", "sqlitedict", "word2number"):
    try:
        __import__(name)
    except ImportError:
        sys.modules[name] = Absent(name)

import datasets  # noqa: E402
import lm_eval  # noqa: E402
import torch  # noqa: E402
from lm_eval.api.model import LM  # noqa: E402
from lm_eval.models.huggingface import HFLM  # noqa: E402
from lm_eval.tasks import TaskManager  # noqa: E402

sys.path.insert(0, str(ROOT / "model/tools"))
from reference_model import ReferenceModel  # noqa: E402


# --- The samples, in the columns that the harness's tasks read ---


def lines(file):
    return [json.loads(line) for line in (SAMPLES / file).read_text().splitlines()]


def gsm8k(_):
    return {"train": lines("gsm8k/train.jsonl"), "test": lines("gsm8k/test.jsonl")}


def hellaswag(_):
    return {"train": lines("hellaswag/hellaswag_train.jsonl"), "validation": lines("hellaswag/hellaswag_val.jsonl")}


def piqa(_):
    def read(name):
        labels = [int(label) for label in (SAMPLES / f"piqa/{name}-labels.lst").read_text().split()]
        return [{**row, "label": label} for row, label in zip(lines(f"piqa/{name}.jsonl"), labels, strict=True)]

    return {"train": read("train"), "validation": read("valid")}


def mmlu(subject):
    def read(split):
        with open(SAMPLES / f"mmlu/{split}/{subject}_{split}.csv", newline="") as file:
            return [
                {"question": row[0], "subject": subject, "choices": row[1:5], "answer": "ABCD".index(row[5])}
                for row in csv.reader(file)
            ]

    return {"dev": read("dev"), "test": read("test")}


def bbh(task):
    rows = json.loads((SAMPLES / f"bbh/bbh/{task}.json").read_text())["examples"]
    return {"test": [{"input": row["input"], "target": row["target"]} for row in rows]}


def math(subject):
    def read(split):
        files = sorted((SAMPLES / f"math/MATH/{split}/{subject}").glob("*.json"), key=lambda file: int(file.stem))
        return [json.loads(file.read_text()) for file in files]

    return {"train": read("train"), "test": read("test")}


def drop(_):
    def answer(given):
        return {"number": given["number"], "date": given["date"], "spans": given["spans"]}

    def read(split):
        passages = json.loads((SAMPLES / f"drop/drop_dataset_{split}.json").read_text())
        for passage in passages.values():
            for pair in passage["qa_pairs"]:
                validated = [answer(each) for each in pair.get("validated_answers", [])]
                yield {
                    "query_id": pair["query_id"],
                    "passage": passage["passage"],
                    "question": pair["question"],
                    "answer": answer(pair["answer"]),
                    "validated_answers": {key: [each[key] for each in validated] for key in ("number", "date", "spans")},
                }

    return {"train": list(read("train")), "validation": list(read("dev"))}


def triviaqa(_):
    def read(split):
        rows = json.loads((SAMPLES / f"triviaqa/triviaqa-unfiltered/unfiltered-web-{split}.json").read_text())["Data"]
        return [
            {"question": row["Question"], "answer": {"value": row["Answer"]["Value"], "aliases": row["Answer"]["Aliases"]}}
            for row in rows
        ]

    return {"train": read("train"), "validation": read("dev")}


SOURCES = {
    "SaylorTwift/bbh": bbh,
    "EleutherAI/drop": drop,
    "openai/gsm8k": gsm8k,
    "Rowan/hellaswag": hellaswag,
    "EleutherAI/hendrycks_math": math,
    "cais/mmlu": mmlu,
    "baber/piqa": piqa,
    "mandarjoshi/trivia_qa": triviaqa,
}


def load_samples(path, name=None, **_):
    """Stands in for datasets.load_dataset."""
    splits = SOURCES[path](name)
    # A subject without training files still needs the split's columns.
    return datasets.DatasetDict({split: datasets.Dataset.from_list(rows) for split, rows in splits.items() if rows})


datasets.load_dataset = load_samples


# --- The tasks: the harness's own, with the samples' exemplars where a task brings its exemplars itself ---


def bbh_exemplars(task):
    """Description and exemplars of a chain-of-thought prompt file: a notice, a rule, then text with blank lines between."""
    text = (SAMPLES / f"bbh/cot-prompts/{task}.txt").read_text().split("-----\n", 1)[1]
    description, *shots = text.strip().split("\n\n")
    opening = "\nA: Let's think step by step.\n"
    samples = []
    for shot in shots:
        question, target = shot.removeprefix("Q: ").split(opening)
        samples.append({"input": question, "target": target})
    return {"description": description + "\n\n", "fewshot_config": {"sampler": "first_n", "samples": samples}}


MATH_NAMES = {"counting_and_probability": "counting_and_prob", "number_theory": "num_theory", "precalculus": "precalc"}


def tasks():
    """(benchmark, sub-task, exemplars, the harness's task) in the order of the files that a run reads."""
    for file in sorted((SAMPLES / "bbh/bbh").glob("*.json")):
        yield "bbh", file.stem, 3, {"task": f"bbh_cot_fewshot_{file.stem}", **bbh_exemplars(file.stem)}
    yield "drop", "", 3, {"task": "drop"}
    yield "gsm8k", "", 8, {"task": "gsm8k"}
    cot = [{"question": row["question"], "target": row["target"]} for row in lines("gsm8k/cot_8shot.jsonl")]
    yield "gsm8k_cot", "", 8, {"task": "gsm8k_cot", "fewshot_config": {"sampler": "first_n", "samples": cot}}
    yield "hellaswag", "", 10, {"task": "hellaswag"}
    minerva = [{**row, "few_shot": "1"} for row in lines("math/minerva_4shot.jsonl")]
    for folder in sorted((SAMPLES / "math/MATH/test").iterdir()):
        task = "minerva_math_" + MATH_NAMES.get(folder.name, folder.name)
        yield "math", folder.name, 4, {"task": task, "fewshot_config": {"sampler": "first_n", "samples": minerva}}
    for file in sorted((SAMPLES / "mmlu/test").glob("*_test.csv")):
        subject = file.stem.removesuffix("_test")
        yield "mmlu", subject, 5, {"task": f"mmlu_{subject}"}
    yield "piqa", "", 0, {"task": "piqa"}
    yield "triviaqa", "", 5, {"task": "triviaqa"}


# --- The answerers ---


class Canned(LM):
    """Fixed answers: right and wrong ones in many forms, and log-likelihoods from a hash."""

    def __init__(self):
        super().__init__()
        self.asked = {}

    def loglikelihood(self, requests):
        return [self.likelihood(*request.args) for request in requests]

    @staticmethod
    def likelihood(context, continuation):
        digest = hashlib.sha256((context + "\0" + continuation).encode()).digest()
        # Few values for what is a letter, so that some tie.
        value = digest[0] % 4 if len(continuation) == 2 else int.from_bytes(digest[:2], "big") % 60000 / 1000
        return -float(value), bool(digest[2] % 8 == 0)

    def generate_until(self, requests):
        return [self.text(request) for request in requests]

    def text(self, request):
        benchmark = request.task_name.split("_cot_fewshot")[0].split("_math")[0]
        form = self.asked.get(benchmark, 0)
        self.asked[benchmark] = form + 1
        text = canned(request.task_name, request.doc, form)
        for stop in request.args[1]["until"]:
            text = text.split(stop)[0]
        return text

    def loglikelihood_rolling(self, requests):
        raise NotImplementedError("no task here asks for it")


def canned(task, doc, form):
    """An answer to `doc` in one of the forms."""
    if task.startswith("bbh"):
        gold = doc["target"]
        forms = [
            f"We count. So the answer is {gold}.", f"So the answer is {gold}", f"The answer is {gold}.", gold,
            f"so the answer is  {gold}.", f"the answer is x. No, the answer is {gold}.", "the answer is .", "",
            f"So the answer is {gold}.\nThe answer is not clear.", f"So the answer is {gold.upper()}.",
            f"So the answer is {gold}. It is sure.", "Quite so. the answer is no", f"the answer is\n{gold}.",
            f"So the answer is {gold}.\n\nQ: And now?", f"I think the answer is \u201c{gold}\u201d.", "the answer is",
        ]  # fmt: skip
    elif task == "drop":
        gold = [" ".join(spans) if len(spans) == 1 else " and ".join(spans) for spans in doc["answers"]][0]
        spans = doc["answers"][0]
        forms = [
            f" {gold}.", gold, f" The {gold}", f" {gold.upper()} ", " " + ", ".join(spans), f" about {gold} or so",
            " 3.5", "", f" {spans[0]}", f" {gold}\n\nPassage: more", f" {gold} {gold}", f" $1,{gold}%", f"-{gold}-",
            " nan", f" an {gold}", f"\u00a0{gold}",
        ]  # fmt: skip
    elif task.startswith("gsm8k"):
        gold = doc["answer"].split("#### ")[1]
        forms = [
            f" So.\n#### {gold}", f" 1 + 1 = 2. The answer is {gold}.", f" The answer is ${gold}.", f" {gold}",
            f" The answer is {gold}.00.", f" #### {gold}.", f" ####{gold}", " #### -1,000", "", f" The answer is {gold} cm",
            f" The answer is\n{gold}", f" It costs ${gold}...", f"#### {gold}\n\nQuestion: Next?\n#### 9",
            f" The answer is {gold},000.", f" answer: {gold}.\nQ: More? #### 1", f" The answer is {gold}. Or #### {gold}0",
        ]  # fmt: skip
    elif task.startswith("minerva"):
        gold = doc["answer"]
        closing = "Final Answer: The final answer is ${}$. I hope it is correct."
        forms = [
            closing.format(gold), f"So \\boxed{{{gold}}}.\n" + closing.format("x=" + gold), closing.format(gold + "+0"),
            closing.format("\\frac{2}{4}"), f"\\boxed{{{gold}}}", "", closing.format("\\text{the } " + gold),
            closing.format(f"{gold}\\text{{ cm}}"), f"Final Answer: The final answer is {gold}. I hope it is correct.",
            f"Final Answer: The final answer is ${gold}$", closing.format(f"({gold})"), closing.format(f"2\\cdot{gold}/2"),
            closing.format(gold) + "\n\nProblem:\nWhat?", closing.format("1,000"), closing.format(gold + "^1"),
            closing.format("\\sqrt4"),
        ]  # fmt: skip
    else:
        gold = doc["answer"]["aliases"][-1]
        forms = [
            f" {gold}", f" {gold}.", f" the {gold}", f" {gold.upper()}", f" {gold}, of course", f"\n{gold}", "", f"  {gold}  ",
            f" \u201c{gold}\u201d", f" {gold}!", f" It is {gold}", f" {gold}\nQuestion: More?", f" {gold.lower()}-",
            f" ({gold})", f" {gold} or none", "\t" + gold,
        ]  # fmt: skip
    return forms[form % len(forms)]


class Untrained(HFLM):
    """The harness's hf backend around the NumPy decoder: batches of one, all tokens anew for each generated one."""

    def __init__(self, folder):
        super().__init__(pretrained=str(folder), dtype="float32", device="cpu", batch_size=1)
        self.reference = ReferenceModel(folder)

    def _model_call(self, inps, attn_mask=None, labels=None):
        return torch.from_numpy(self.reference.logits(inps.numpy())).float()

    def _model_generate(self, context, max_length, stop, **generation_kwargs):
        ids, margin = self.reference.greedy(context[0].tolist(), max_length - context.shape[1])
        assert margin > 1e-4, f"a generated token is not clear: {margin}"
        end = self.reference.config["eos_token_id"]
        new = ids[context.shape[1] :]
        cut = new.index(end) if end in new else len(new)
        return torch.tensor([ids[: context.shape[1] + cut]])


def plain(folder):
    return HFLM(pretrained=str(folder), dtype="float32", device="cpu", batch_size=1)


def generating(config):
    """gqa-none with a generation_config.json."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(CHECKPOINTS / "gqa-none", folder, dirs_exist_ok=True)
        shutil.copy(GENERATION / f"{config}.json", Path(folder) / "generation_config.json")
        return plain(folder)


ANSWERERS = {
    "canned": Canned,
    "gqa-none": lambda: plain(CHECKPOINTS / "gqa-none"),
    "v4-mhc": lambda: plain(CHECKPOINTS / "v4-mhc"),
    "gqa-none-penalised": lambda: generating("penalised"),
    "gqa-none-ended": lambda: generating("ended"),
    "gqa-hc": lambda: Untrained(CHECKPOINTS / "gqa-hc"),
    "gqa-mhc": lambda: Untrained(CHECKPOINTS / "gqa-mhc"),
}
# What generation_config.json changes; the others answer all tasks.
GENERATED_ONLY = {"gqa-none-penalised", "gqa-none-ended"}
GENERATED_TASKS = {"bbh", "gsm8k", "triviaqa"}


# --- The recording ---


def header(benchmark, subtask, shots, task, answerer, results):
    return {
        "task": task,
        "benchmark": benchmark,
        "subtask": subtask,
        "model": answerer,
        "num_fewshot": shots,
        "results": {key: value for key, value in results.items() if "," in key and "math_verify" not in key},
        "lm_eval": version("lm_eval"),
    }


def document(sample):
    metrics = [metric for metric in sample["metrics"] if metric != "math_verify"]
    return {
        "doc_id": sample["doc_id"],
        "doc": sample["doc"],
        "prompt_hash": sample["prompt_hash"],
        "arguments": [argument[1] for argument in sample["arguments"]],
        "resps": sample["resps"],
        "filter": sample["filter"],
        "filtered_resps": sample["filtered_resps"],
        "metrics": metrics,
        **{metric: float(sample[metric]) for metric in metrics},
    }


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("out", nargs="?", type=Path, default=OUT)
    arguments.add_argument("--only", choices=ANSWERERS, help="record this answerer alone")
    options = arguments.parse_args()
    out = options.out
    assert version("lm_eval") == HARNESS, f"lm-eval {HARNESS} is what the protocol repeats, not {version('lm_eval')}"
    torch.set_num_threads(1)
    out.mkdir(parents=True, exist_ok=True)
    manager = TaskManager()
    for answerer in [options.only] if options.only else ANSWERERS:
        model, written = ANSWERERS[answerer](), []
        limit = None if answerer == "canned" else {"max_gen_toks": GENERATED}
        for benchmark, subtask, shots, task in tasks():
            if answerer in GENERATED_ONLY and benchmark not in GENERATED_TASKS:
                continue
            name = task["task"]
            # A group's member is a task of the harness with some fields replaced.
            run = lm_eval.simple_evaluate(
                model,
                tasks=[{"group": "samples", "task": [dict(task)]}],
                num_fewshot=shots,
                gen_kwargs=limit,
                task_manager=manager,
            )
            samples = sorted(run["samples"][name], key=lambda sample: sample["doc_id"])
            written.append(header(benchmark, subtask, shots, name, answerer, run["results"][name]))
            written += [document(sample) for sample in samples]
        file = out / f"{answerer}.jsonl"
        file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in written))
        print(f"{file}: {len(written)} lines, {file.stat().st_size} bytes")


if __name__ == "__main__":
    main()
