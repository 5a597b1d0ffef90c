#!/usr/bin/env python3
"""Measures mhc-eval against llama.cpp: same weights, token ids, threads and types.

    python model/bench/vs_lm_eval.py   make    --data DATA --models MODELS
    python model/bench/vs_llama_cpp.py make    --models MODELS
    python model/bench/vs_llama_cpp.py compare --data DATA --models MODELS --llama SOURCE --build BUILD [--dtype float32|bfloat16]

`make` writes the plain model of vs_lm_eval.py as GGUF files, one of each type, without a tokenizer: both sides are given the
same ids. `compare` compiles llama_cpp_peer.cpp against llama.cpp's SOURCE and the shared libraries under its BUILD, and prints

    MMLU            log-likelihood requests/s: one for each option of a question, under the lm-eval protocol
    decode          tokens/s of 128 greedy tokens behind a prompt of 128, one sequence
    prefill N       tokens/s of one prompt of N tokens, up to its next token

as medians of `--rounds`, in which the sides take turns. llama.cpp is given the questions in the order in which neighbours share
the longest prefix, keeps its keys and values, and reads all options of a question from one row of logits; it is not charged for
tokenisation, mhc-eval is. mhc-eval is given all questions at once. Keys and values are of the weights' type.

It proves that the answers are equal: log-likelihoods within max(1e-3, 1e-4 |LL|) in float32, since two engines sum 768
to 2,048 products in orders of their own, and all greedy tokens. In bfloat16 they cannot be (each engine rounds in other places),
so the largest difference and the texts' differing ends are printed. Exit status 1 when answers in float32 differ.

Wants numpy, safetensors, tokenizers and gguf from Python, and a C++17 compiler.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from vs_lm_eval import SAMPLES, ours

PREFILL = (512, 2048)
PROMPT, STEPS = 128, 128
GGUF = {"float32": "f32", "bfloat16": "bf16"}
# Of a GGUF file, and of config.json.
FIELDS = {"context_length": "max_position_embeddings", "embedding_length": "hidden_size", "block_count": "num_hidden_layers",
          "feed_forward_length": "intermediate_size", "head_count": "num_attention_heads", "head_count_kv": "num_key_value_heads",
          "key_length": "head_dim", "value_length": "head_dim", "rope_dimension_count": "head_dim",
          "layer_norm_rms_eps": "rms_norm_eps", "vocab_size": "vocab_size"}


# ---------------------------------------------------------------- the model


def make(models):
    import gguf
    from safetensors import safe_open

    folder = models / "none"
    config = json.loads((folder / "config.json").read_text())
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, config["num_hidden_layers"])
    for dtype, short in GGUF.items():
        matrix = gguf.GGMLQuantizationType[short.upper()]
        writer = gguf.GGUFWriter(models / f"none-{short}.gguf", "llama")
        for field, key in FIELDS.items():
            getattr(writer, f"add_{field}")(config[key])
        writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
        writer.add_tokenizer_model("none")
        with safe_open(folder / "model.safetensors", "numpy") as weights:
            for name in weights.keys():
                value = weights.get_tensor(name)
                if name.endswith(("q_proj.weight", "k_proj.weight")):
                    value = interleaved(value, config["num_attention_heads" if "q_proj" in name else "num_key_value_heads"])
                kind = matrix if value.ndim == 2 else gguf.GGMLQuantizationType.F32     # norms stay float32, as with mhc-eval
                writer.add_tensor(names.get_name(name, (".weight",)), gguf.quants.quantize(value, kind), raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        print(models / f"none-{short}.gguf")


def interleaved(weight, heads):
    """Rows of each head in the order of llama.cpp's rotation, which turns neighbours; checkpoints turn halves."""
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


# ---------------------------------------------------------------- llama.cpp


class Peer:
    """llama.cpp as a process that answers lines."""

    def __init__(self, arguments, scratch):
        program = Path(scratch) / "llama_cpp_peer"
        includes = [f"-I{arguments.llama / folder}" for folder in ("include", "ggml/include")]
        libraries = sorted({library.parent for library in arguments.build.rglob("lib*.so")})
        subprocess.run(["c++", "-std=c++17", "-O2", str(Path(__file__).with_name("llama_cpp_peer.cpp")), *includes, "-o", str(program),
                        *(flag for folder in libraries for flag in (f"-L{folder}", f"-Wl,-rpath,{folder.resolve()}")),
                        "-lllama", "-lggml", "-lggml-base"], check=True)
        short = GGUF[arguments.dtype]
        command = [str(program), str(arguments.models / f"none-{short}.gguf"), str(arguments.threads), short,
                   str(arguments.ubatch), str(int(arguments.flash))]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.clock = int(arguments.processor)
        self.info = self.ask("info")

    def ask(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("llama_cpp_peer ended: see its message above")
        return line.strip()

    def generate(self, prompt, steps):
        """Seconds of the prompt, seconds of the steps, and 1 + steps tokens."""
        words = self.ask("generate", steps, *prompt).split()
        return float(words[self.clock]), float(words[2 + self.clock]), [int(word) for word in words[4:]]

    def score(self, context, targets):
        """Seconds, and the log-likelihood of each target behind the context."""
        words = self.ask("score", len(targets), *targets, *context).split()
        return float(words[self.clock]), [float(word) for word in words[2:]]


# ---------------------------------------------------------------- comparison


class Comparison:
    """One round after the other of both sides, and what differed."""

    def __init__(self, arguments, scratch):
        from tokenizers import Tokenizer

        self.arguments, self.folder = arguments, arguments.models / "none"
        self.tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        self.scratch, self.peer = Path(scratch), Peer(arguments, scratch)
        self.unequal, self.largest = [], 0.0

    def ours(self, benchmark, sample, decode=0, **fields):
        """Questions with answers, the median seconds, and the work."""
        inference = {"threads": self.arguments.threads, "dtype": self.arguments.dtype}
        questions, summary = ours(self.arguments.data, self.folder, [benchmark], {benchmark: sample}, self.arguments.repeats,
                                  inference, decode, **fields)
        seconds = summary[benchmark]["processor_seconds" if self.arguments.processor else "seconds"]
        return questions[benchmark], statistics.median(seconds), summary[benchmark]["work"]

    def generation(self, length, steps):
        """Seconds of ours, seconds of llama.cpp's prompt and steps, for 1 + steps tokens behind a prompt of this length."""
        words = [token.replace("Ġ", " ") for token in sorted(self.tokenizer.get_vocab()) if token[0] == "Ġ" and token[1:].isascii() and token[1:].isalpha()]
        text = "".join(random.Random(0).choices(words, k=length - len(self.ids("Q:\nA:"))))
        file = self.scratch / "question.jsonl"
        file.write_text(json.dumps({"question": text.strip(), "answer": words[0] * (1 + steps) + "\n#### 1"}))
        pool = self.arguments.data.resolve() / "gsm8k/cot_8shot.jsonl"
        (question,), seconds, work = self.ours("gsm8k_cot", 1, 1 + steps, shots={"gsm8k_cot": 0},
                                               files={"gsm8k_cot": {"eval": str(file), "pool": str(pool)}})
        prompt = self.ids(question["context"])
        if (len(prompt), work["prefilledTokens"]) != (length, length):
            raise SystemExit(f"a prompt of {length} tokens was {len(prompt)}, of which mhc-eval read {work['prefilledTokens']}")
        prefill, decode, tokens = self.peer.generate(prompt, steps)
        text = self.tokenizer.decode(tokens, skip_special_tokens=False)
        if question.get("text") != text:
            same = len(os.path.commonprefix([question.get("text", ""), text]))
            self.unequal.append(f"{1 + steps} tokens behind {length}: after {same} characters {question.get('text', '')[same:]!r} is {text[same:]!r} there")
        return seconds, prefill, decode

    def prefill(self, length):
        seconds, prefill, _ = self.generation(length, 0)
        return length / seconds, length / prefill

    def decode(self):
        short, *_ = self.generation(PROMPT, 0)
        long, _, decode = self.generation(PROMPT, STEPS)
        return STEPS / (long - short), STEPS / decode

    def mmlu(self):
        questions, seconds, _ = self.ours("mmlu", self.arguments.sample)
        asked = []
        for question in questions:
            context = self.ids(question["context"])
            whole = [self.ids(question["context"] + option) for option in question["continuations"]]
            if any(ids[:-1] != context for ids in whole):
                raise SystemExit(f"{question['id']}: an option is more than one token")
            asked.append((context, [ids[-1] for ids in whole], question))
        self.peer.score([0], [0])     # shares nothing with what follows
        theirs = 0.0
        for context, targets, question in sorted(asked, key=lambda one: one[0]):
            taken, found = self.peer.score(context, targets)
            theirs += taken
            for mine, yours in zip(question["loglikelihoods"], found):
                self.largest = max(self.largest, abs(mine - yours))
                if not abs(mine - yours) <= max(1e-3, 1e-4 * abs(yours)):
                    self.unequal.append(f"{question['id']}: log-likelihood {mine} is {yours} there")
        return 4 * len(asked) / seconds, 4 * len(asked) / theirs     # options

    def ids(self, text):
        return self.tokenizer.encode(text).ids


def compare(arguments):
    with tempfile.TemporaryDirectory() as scratch:
        comparison = Comparison(arguments, scratch)
        print(f"{arguments.dtype}, {arguments.threads} threads{', processor seconds' if arguments.processor else ''}, llama.cpp's ubatch {arguments.ubatch}, "
              f"flash attention {'on' if arguments.flash else 'off'}, load {os.getloadavg()[0]:.1f}\nllama.cpp {comparison.peer.info}")
        parts = {"MMLU": comparison.mmlu, "decode": comparison.decode}
        parts |= {f"prefill {length}": partial(comparison.prefill, length) for length in PREFILL}
        rounds = {name: [] for name in parts}
        print(f"{'per second':14} {'llama.cpp':>10} {'mhc-eval':>10} {'ratio':>6}  answers", flush=True)
        for _ in range(arguments.rounds):
            for name, part in parts.items():
                before = len(comparison.unequal)
                rounds[name].append(part())
                mine, theirs = rounds[name][-1]
                wrong = len(comparison.unequal) - before
                print(f"{name:14} {theirs:10.1f} {mine:10.1f} {mine / theirs:6.2f}  {f'{wrong} differ' if wrong else 'equal'}", flush=True)
        comparison.peer.process.communicate()     # ends it
    print("medians")
    for name, pairs in rounds.items():
        mine, theirs = (statistics.median(side) for side in zip(*pairs))
        print(f"{name:14} {theirs:10.1f} {mine:10.1f} {mine / theirs:6.2f}")
    print(f"largest difference of a log-likelihood {comparison.largest:.1e}, load at the end {os.getloadavg()[0]:.1f}")
    for line in dict.fromkeys(comparison.unequal):
        print(line, file=sys.stderr)
    return 1 if comparison.unequal and arguments.dtype == "float32" else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("make", "compare"):
        command = commands.add_parser(name)
        command.add_argument("--models", type=Path, required=True, help="folder that vs_lm_eval.py make has filled")
    command.add_argument("--data", type=Path, required=True, help="folder of the benchmarks' files")
    command.add_argument("--llama", type=Path, required=True, metavar="SOURCE", help="llama.cpp's source, for its headers")
    command.add_argument("--build", type=Path, required=True, help="folder with its shared libraries")
    command.add_argument("--dtype", choices=tuple(GGUF), default="float32")
    command.add_argument("--threads", type=int, default=os.cpu_count())
    command.add_argument("--ubatch", type=int, default=512, help="most tokens that llama.cpp computes together")
    command.add_argument("--flash", action="store_true", help="llama.cpp's flash attention, for which it rounds keys and values to float16: answers in float32 then differ")
    command.add_argument("--sample", default=SAMPLES["mmlu"], metavar="N[/TASKS]", help="MMLU's questions")
    command.add_argument("--rounds", type=int, default=3)
    command.add_argument("--repeats", type=int, default=5, help="mhc-eval's measurements in a round")
    command.add_argument("--processor", action="store_true", help="compare processor seconds: for a machine that others use too, with --threads 1")
    arguments = parser.parse_args()
    if arguments.command == "make":
        make(arguments.models)
        return 0
    return compare(arguments)


if __name__ == "__main__":
    sys.exit(main())
