#!/usr/bin/env python3
"""Measures mhc-eval against lm-evaluation-harness's own `hf` backend: same weights, tokenizer, prompts, threads, float32.

    python model/bench/vs_lm_eval.py make    --data DATA --models MODELS
    python model/bench/vs_lm_eval.py compare --data DATA --models MODELS [--model none|mhc] [--benchmarks a,b]

`make` writes two checkpoints of about 134M parameters (Llama, C = 768, 12 layers, vocabulary 32,000, random weights; `mhc`
adds four streams) with a tokenizer learned on the benchmarks' own texts. `compare` asks both sides the same questions (the
prompts of mhc-eval's lm-eval protocol, which are lm-evaluation-harness's), generations being as long as their gold answers,
64 tokens at most, on both sides. It first proves that log-likelihoods (max(1e-4, 1e-5 |LL|)) and texts are equal, then
prints seconds per benchmark and the ratio, medians of `--repeats`. lm-eval keeps its logits cache and runs with the best of
batch sizes 1, 8 and 32, chosen once per benchmark on 4 documents. Exit status 1 when answers differ.

Wants torch, transformers, accelerate, tokenizers, safetensors, datasets and lm-eval 0.4.13 (`pip install --no-deps lm-eval`
is enough).
"""

import argparse
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = ["bbh", "drop", "gsm8k_cot", "hellaswag", "math", "mmlu", "piqa", "triviaqa"]
# Examples / sub-tasks; BBH's and MMLU's shots are fixed within a sub-task.
SAMPLES = {"mmlu": "40/4", "hellaswag": "10", "bbh": "16/2"}
FILES = {
    "drop": ("drop/drop_contrast_sets_test.json", "drop/drop_fixture.json"),
    "gsm8k_cot": ("gsm8k/test.jsonl", "gsm8k/cot_8shot.jsonl"),
    "hellaswag": ("hellaswag/hellaswag_val.jsonl", "hellaswag/hellaswag_val.jsonl"),
    "math": ("math/test.jsonl", "math/minerva_4shot.jsonl"),
    "triviaqa": ("triviaqa/dpr_trivia_test.tsv", "triviaqa/dpr_trivia_dev_2000.tsv"),
}
DECODE = 64
STREAMS, ITERATIONS, HC_EPS = 4, 20, 1e-6


# ---------------------------------------------------------------- models


def make(data, models):
    import torch
    from safetensors.torch import save_file
    from tokenizers import Tokenizer, decoders, pre_tokenizers, trainers
    from tokenizers.models import BPE
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    texts = [p for p in sorted(data.rglob("*")) if p.suffix in (".json", ".jsonl", ".tsv", ".csv", ".txt") and "golden" not in p.parts]
    lines = (line for path in texts if path.stat().st_size < 8e6 for line in path.open(errors="ignore"))
    tokenizer.train_from_iterator(lines, trainers.BpeTrainer(
        vocab_size=32000, special_tokens=["<|endoftext|>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))

    torch.manual_seed(0)
    config = LlamaConfig(vocab_size=32000, hidden_size=768, intermediate_size=2048, num_hidden_layers=12, num_attention_heads=12,
                         num_key_value_heads=12, head_dim=64, max_position_embeddings=4096, rms_norm_eps=1e-6,
                         tie_word_embeddings=False, bos_token_id=0, eos_token_id=0)
    weights = {name: value.contiguous() for name, value in LlamaForCausalLM(config).state_dict().items()}
    for name, value in weights.items():
        if value.dim() == 2 and name != "model.embed_tokens.weight":
            value.mul_(2.0)
    weights["lm_head.weight"].mul_(4.0)
    weights["lm_head.weight"][0] = 0     # end of text is never the likeliest of 32,000: every length is as forced
    for residual in ("none", "mhc"):
        folder = models / residual
        folder.mkdir(parents=True, exist_ok=True)
        fields = json.loads(config.to_json_string(use_diff=False)) | {"architectures": ["LlamaForCausalLM"], "residual": residual, "note": "random weights"}
        saved = dict(weights)
        if residual == "mhc":
            fields |= {"hc_mult": STREAMS, "hc_sinkhorn_iters": ITERATIONS, "hc_eps": HC_EPS}
            saved |= hyper_weights(config)
        save_file(saved, folder / "model.safetensors", metadata={"format": "pt"})
        (folder / "config.json").write_text(json.dumps(fields, indent=1))
        tokenizer.save(str(folder / "tokenizer.json"))
        (folder / "tokenizer_config.json").write_text(json.dumps(
            {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"}))
    print(f"{models}: {sum(v.numel() for v in weights.values()):,} parameters, vocabulary {tokenizer.get_vocab_size()}")


def hyper_weights(config):
    import torch

    n, c = STREAMS, config.hidden_size
    generator = torch.Generator().manual_seed(1)
    normal = lambda scale, *shape: torch.randn(*shape, generator=generator) * scale
    made = {}
    for layer in range(config.num_hidden_layers):
        for site in ("attn", "ffn"):
            name = f"model.layers.{layer}.{site}_hc."
            made |= {name + "fn": normal(0.02, 2 * n + n * n, n * c), name + "base": normal(0.5, 2 * n + n * n), name + "scale": torch.ones(3)}
    return made | {"model.hc_head.hc_fn": normal(0.02, n, n * c), "model.hc_head.hc_base": normal(0.5, n), "model.hc_head.hc_scale": torch.ones(1)}


def hyper_connect(model, weights):
    """Puts manifold-constrained hyper-connections (arXiv 2512.24880 Eq. 7-9) around a Llama's sublayers, its cache untouched."""
    import torch
    import torch.nn.functional as F

    n, eps = STREAMS, model.config.rms_norm_eps

    def rms(x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + eps)

    def read(h, fn, scale, base):
        pre, post, comb = F.linear(rms(h.flatten(2)), fn).split([n, n, n * n], -1)
        b_pre, b_post, b_comb = base.split([n, n, n * n])
        comb = torch.softmax((scale[2] * comb + b_comb).unflatten(-1, (n, n)), -1) + HC_EPS
        comb = comb / (comb.sum(-2, keepdim=True) + HC_EPS)
        for _ in range(ITERATIONS - 1):
            comb = comb / (comb.sum(-1, keepdim=True) + HC_EPS)
            comb = comb / (comb.sum(-2, keepdim=True) + HC_EPS)
        pre = torch.sigmoid(scale[0] * pre + b_pre) + HC_EPS
        post = 2 * torch.sigmoid(scale[1] * post + b_post)
        return (pre.unsqueeze(-1) * h).sum(2), post, comb

    def write(h, f, post, comb):
        return post.unsqueeze(-1) * f.unsqueeze(-2) + comb.transpose(-1, -2) @ h

    class Layer(torch.nn.Module):
        def __init__(self, plain, name):
            super().__init__()
            self.plain = plain
            self.sites = [[weights[f"{name}{site}_hc.{part}"] for part in ("fn", "scale", "base")] for site in ("attn", "ffn")]

        def forward(self, hidden_states, **arguments):
            h = hidden_states if hidden_states.dim() == 4 else hidden_states.unsqueeze(2).repeat(1, 1, n, 1)
            x, post, comb = read(h, *self.sites[0])
            f, _ = self.plain.self_attn(hidden_states=self.plain.input_layernorm(x), **arguments)
            h = write(h, f, post, comb)
            x, post, comb = read(h, *self.sites[1])
            return write(h, self.plain.mlp(self.plain.post_attention_layernorm(x)), post, comb)

    class Collapse(torch.nn.Module):
        def __init__(self, norm):
            super().__init__()
            self.norm = norm

        def forward(self, h):
            fn, scale, base = (weights[f"model.hc_head.hc_{part}"] for part in ("fn", "scale", "base"))
            pre = torch.sigmoid(scale * F.linear(rms(h.flatten(2)), fn) + base) + HC_EPS
            return self.norm((pre.unsqueeze(-1) * h).sum(2))

    model.model.layers = torch.nn.ModuleList(Layer(layer, f"model.layers.{i}.") for i, layer in enumerate(model.model.layers))
    model.model.norm = Collapse(model.model.norm)
    return model


# ---------------------------------------------------------------- lm-evaluation-harness


class Peer:
    """lm-eval's HFLM on one checkpoint, answering mhc-eval's questions."""

    def __init__(self, folder, threads):
        for name in ("lm_eval", "transformers", "lm-eval"):
            logging.getLogger(name).setLevel(logging.ERROR)
        import torch
        from lm_eval.models.huggingface import HFLM
        from safetensors.torch import load_file
        from transformers import AutoTokenizer, LlamaForCausalLM, StoppingCriteria, StoppingCriteriaList

        torch.set_num_threads(threads)
        residual = json.loads((folder / "config.json").read_text())["residual"]
        self.model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        if residual == "mhc":
            self.model = hyper_connect(self.model, load_file(folder / "model.safetensors"))
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.gemm = gemm_rate(torch)
        wanted = self.wanted = {}

        class Forced(StoppingCriteria):
            """Ends each row where its gold answer ends, as a stop string would."""

            def __init__(self, context, mask):
                self.start = context.shape[1]
                self.lengths = torch.tensor([wanted[tuple(row[keep.bool()].tolist())] for row, keep in zip(context, mask)])

            def __call__(self, ids, scores, **_):
                return ids.shape[1] - self.start >= self.lengths

        class ForcedLength(HFLM):
            def _model_generate(self, context, max_length, stop, **arguments):
                arguments.pop("temperature", None)
                arguments["do_sample"] = False
                criteria = StoppingCriteriaList([Forced(context, arguments["attention_mask"])])
                return self.model.generate(input_ids=context, max_length=max_length, stopping_criteria=criteria,
                                           pad_token_id=self.tokenizer.pad_token_id, use_cache=True, **arguments)

        self.make = lambda batch: ForcedLength(pretrained=self.model, tokenizer=self.tokenizer, batch_size=batch, max_length=4096)

    def answer(self, questions, batch):
        """Answers in order, and the seconds and processor seconds that they took."""
        from lm_eval.api.instance import Instance

        lm = self.make(batch)
        start, processor = time.perf_counter(), time.process_time()
        if "continuations" in questions[0]:
            instances = [Instance("loglikelihood", {}, (q["context"], c), i) for q in questions for i, c in enumerate(q["continuations"])]
            flat = iter(lm.loglikelihood(instances, disable_tqdm=True))
            answers = [[next(flat)[0] for _ in q["continuations"]] for q in questions]
        else:
            for q in questions:
                self.wanted[tuple(self.tokenizer(q["context"])["input_ids"])] = q["max_tokens"]
            settings = {"until": [], "max_gen_toks": DECODE, "do_sample": False}
            answers = lm.generate_until([Instance("generate_until", {}, (q["context"], settings), 0) for q in questions], disable_tqdm=True)
        return answers, time.perf_counter() - start, time.process_time() - processor


def gemm_rate(torch):
    """Multiply-adds of a float32 matrix product here, in floating-point operations a second."""
    a, b = torch.randn(2048, 768), torch.randn(768, 2048)
    best = 0
    for _ in range(20):
        start = time.perf_counter()
        torch.mm(a, b)
        best = max(best, 2 * 2048 * 768 * 2048 / (time.perf_counter() - start))
    return best


# ---------------------------------------------------------------- mhc-eval


def ours(data, folder, benchmarks, samples, repeats, inference, decode=DECODE, **fields):
    """Questions with our answers, and measurements, both by benchmark. `fields` lie over the configuration's."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        files = {name: dict(zip(("eval", "pool"), paths)) for name, paths in FILES.items() if name in benchmarks}
        config = {"protocol": "lm-eval", "benchmarks": benchmarks, "data": str(data.resolve()), "files": files,
                  "models": {"model": str(folder.resolve())}, "out": str(scratch / "run"), "inference": inference} | fields
        (scratch / "config.yaml").write_text(json.dumps(config))     # JSON is YAML
        command = [str(ROOT / "bin/mhc-eval"), "bench", "inference", "--config", str(scratch / "config.yaml"),
                   "--decode", str(decode), "--repeats", str(repeats),
                   "--answers", str(scratch / "answers"), "--summary", str(scratch / "summary")]
        for name, sample in samples.items():
            command += ["--sample", f"{name}={sample}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        questions = [json.loads(line) for line in (scratch / "answers").open()]
        summary = [json.loads(line) for line in (scratch / "summary").open()]
    return ({name: [q for q in questions if q["benchmark"] == name] for name in benchmarks}, {s["benchmark"]: s for s in summary})


def differences(questions, theirs):
    """One line per answer that is not the same."""
    for q, other in zip(questions, theirs):
        if "failed" in q:
            yield f"{q['id']}: failed: {q['failed']}"
        elif "text" in q:
            if q["text"] != other:
                yield f"{q['id']}: text {q['text']!r} is {other!r} there"
        else:
            for mine, yours in zip(q["loglikelihoods"], other):
                if abs(mine - yours) > max(1e-4, 1e-5 * abs(yours)):
                    yield f"{q['id']}: log-likelihood {mine} is {yours} there"


def compare(arguments):
    folder = arguments.models / arguments.model
    benchmarks = arguments.benchmarks.split(",")
    samples = SAMPLES | dict(pair.split("=") for pair in arguments.sample)
    questions, summary = ours(arguments.data, folder, benchmarks, samples, arguments.repeats,
                              {"threads": arguments.threads, "deterministic": arguments.deterministic})
    peer = Peer(folder, arguments.threads)
    config = json.loads((folder / "config.json").read_text())
    layer = 4 * config["hidden_size"] ** 2 + 3 * config["hidden_size"] * config["intermediate_size"]
    per_token = 2 * layer * config["num_hidden_layers"]
    per_position = 2 * config["hidden_size"] * config["vocab_size"]
    print(f"{arguments.model}, {arguments.threads} threads{', processor seconds' if arguments.processor else ''}, load {os.getloadavg()[0]:.1f}, float32 product {peer.gemm / 1e9:.0f} GFLOP/s")
    print(f"{'benchmark':10} {'lm-eval s':>10} {'batch':>5} {'ours s':>8} {'ratio':>6} {'prompt':>7} {'read':>7} {'decoded':>7} {'floor s':>8} {'x floor':>7}  answers")
    unequal, total = [], [0.0, 0.0, 0.0]
    for name in benchmarks:
        asked = questions[name]
        batch = arguments.batch or min((1, 8, 32), key=lambda size: peer.answer(asked[:4], size)[1])
        runs = [peer.answer(asked, batch) for _ in range(arguments.repeats)]
        wrong = list(differences(asked, runs[0][0]))
        unequal += wrong
        theirs = statistics.median(run[2 if arguments.processor else 1] for run in runs)
        mine = statistics.median(summary[name]["processor_seconds" if arguments.processor else "seconds"])
        work = summary[name]["work"]
        floor = (per_token * (work["prefilledTokens"] + work["decodedTokens"]) + per_position * work["headPositions"]) / peer.gemm
        total[0] += theirs
        total[1] += mine
        total[2] += floor
        print(f"{name:10} {theirs:10.2f} {batch:5} {mine:8.2f} {theirs / mine:6.2f} {work['promptTokens']:7} {work['prefilledTokens']:7} "
              f"{work['decodedTokens']:7} {floor:8.2f} {mine / floor:7.2f}  {'equal' if not wrong else f'{len(wrong)} differ'}", flush=True)
    print(f"{'all':10} {total[0]:10.2f} {'':5} {total[1]:8.2f} {total[0] / total[1]:6.2f} {'':23} {total[2]:8.2f} {total[1] / total[2]:7.2f}")
    print(f"peak memory of ours {summary[benchmarks[-1]]['peak_bytes'] / 1e6:.0f} MB, load at the end {os.getloadavg()[0]:.1f}")
    for line in unequal:
        print(line, file=sys.stderr)
    return 1 if unequal else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("make", "compare"):
        command = commands.add_parser(name)
        command.add_argument("--data", type=Path, required=True, help="folder of the benchmarks' files")
        command.add_argument("--models", type=Path, required=True, help="folder of the two checkpoints")
        if name == "compare":
            command.add_argument("--model", choices=("none", "mhc"), default="none")
            command.add_argument("--benchmarks", default=",".join(BENCHMARKS))
            command.add_argument("--sample", action="append", default=[], metavar="BENCHMARK=N[/TASKS]")
            command.add_argument("--threads", type=int, default=os.cpu_count())
            command.add_argument("--repeats", type=int, default=3)
            command.add_argument("--batch", type=int, help="lm-eval's batch size instead of the best of 1, 8 and 32")
            command.add_argument("--processor", action="store_true", help="compare processor seconds: for a machine that others use too, with --threads 1")
            command.add_argument("--deterministic", action="store_true", help="mhc-eval's deterministic mode")
    arguments = parser.parse_args()
    if arguments.command == "make":
        make(arguments.data, arguments.models)
        return 0
    return compare(arguments)


if __name__ == "__main__":
    sys.exit(main())
