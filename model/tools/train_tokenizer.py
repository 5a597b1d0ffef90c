#!/usr/bin/env python3
"""Trains the byte-level BPE tokenizer of the bundled models on the synthetic curriculum.

    bin/mhc-eval datasets generate --out /tmp/curriculum --seed 1 --documents 20000
    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install tokenizers==0.23.2
    /tmp/venv/bin/python model/tools/train_tokenizer.py /tmp/curriculum/documents.jsonl \\
        model/src/main/resources/mhc/model/checkpoint/curriculum-tokenizer.json

The same documents give the same file. A token never joins digits, so that numbers are read digit by digit.
"""

import json
import sys

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

ENTRIES = 1024
END_OF_TEXT = "<|endoftext|>"
PIECES = r" ?\p{L}+| ?\p{N}| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def main(documents, target):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PIECES), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    with open(documents, encoding="utf-8") as lines:
        texts = [json.loads(line) for line in lines]
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=ENTRIES,
        special_tokens=[END_OF_TEXT],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    ))
    assert tokenizer.get_vocab_size() == ENTRIES, tokenizer.get_vocab_size()
    tokenizer.save(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
