"""Writes tiny random checkpoints of families that transformers defines, with its outputs: python record_families.py [OUT]

As make_checkpoints.py does, but golden.safetensors is what transformers' own classes compute in float64 (what they cast to
float32 stays so). Tensors have the names that transformers saves, which are those of published checkpoints.

Needs numpy, safetensors, torch, transformers.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from transformers import AutoConfig, AutoModelForCausalLM

OUT = Path(__file__).resolve().parents[2] / "model/src/test/resources/mhc/model/checkpoints"
PROMPT, GREEDY = 24, 40

COMMON = {
    "vocab_size": 256, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
    "hidden_act": "silu", "max_position_embeddings": 256, "rms_norm_eps": 1e-6, "rope_theta": 10000.0,
    "bos_token_id": 0, "eos_token_id": 0, "tie_word_embeddings": False,
}  # fmt: skip
GEMMA = {
    "vocab_size": 256, "hidden_size": 32, "intermediate_size": 40, "num_hidden_layers": 3, "num_attention_heads": 4,
    "num_key_value_heads": 2, "head_dim": 12, "query_pre_attn_scalar": 20, "sliding_window": 7,
    "hidden_activation": "gelu_pytorch_tanh", "max_position_embeddings": 256, "rms_norm_eps": 1e-6, "attention_bias": False,
    "bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 0,
}  # fmt: skip
FAMILIES = {
    "qwen3-moe": {
        **COMMON, "model_type": "qwen3_moe", "head_dim": 12, "intermediate_size": 40, "moe_intermediate_size": 12,
        "num_experts": 6, "num_experts_per_tok": 2, "norm_topk_prob": True, "mlp_only_layers": [0],
    },
    "mixtral": {
        **COMMON, "model_type": "mixtral", "intermediate_size": 20, "num_local_experts": 4, "num_experts_per_tok": 2,
        "sliding_window": 7,
    },
    "olmo2": {**COMMON, "model_type": "olmo2", "intermediate_size": 40, "attention_bias": False},
    # Windows shorter than the sequences, caps low enough to bend what is beneath them, bases that turn apart.
    "gemma2": {
        **GEMMA, "model_type": "gemma2", "hidden_act": "gelu_pytorch_tanh", "rope_theta": 10000.0,
        "attn_logit_softcapping": 2.0, "final_logit_softcapping": 3.0,
    },
    "gemma3": {
        **GEMMA, "model_type": "gemma3_text", "sliding_window_pattern": 2, "rope_theta": 50000.0,
        "rope_local_base_freq": 500.0, "rope_scaling": {"rope_type": "linear", "factor": 4.0},
        "attn_logit_softcapping": None, "final_logit_softcapping": None,
    },
}  # fmt: skip


def draw(model):
    """Weights large enough that every path counts."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "norm" in name:
                # Gemma's norms add one to their weights.
                weight.uniform_(0.6, 1.4).sub_(1 if model.config.model_type.startswith("gemma") else 0)
            else:
                weight.normal_(0, 1.4 / weight.shape[-1] ** 0.5)


def greedy(model, ids):
    """Forty more ids, and how much the best logit exceeded the second at least."""
    margin = np.inf
    for _ in range(GREEDY):
        last = model(ids).logits[0, -1]
        best = torch.topk(last, 2).values
        margin = min(margin, float(best[0] - best[1]))
        ids = torch.cat([ids, last.argmax().view(1, 1)], dim=1)
    return ids, margin


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("out", nargs="?", type=Path, default=OUT)
    out = arguments.parse_args().out
    torch.set_num_threads(1)
    for number, (family, fields) in enumerate(FAMILIES.items()):
        torch.manual_seed(30 + number)
        config = AutoConfig.for_model(**fields)
        model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").eval()
        draw(model)
        folder = out / family
        model.save_pretrained(folder)
        (folder / "generation_config.json").unlink(missing_ok=True)
        # What was drawn, as it is published: transformers writes its own keys and defaults.
        published = {"architectures": [type(model).__name__], **fields}
        (folder / "config.json").write_text(json.dumps(published, indent=1, sort_keys=True) + "\n")
        model = AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.float64, attn_implementation="eager", experts_implementation="eager"
        ).eval()
        random = np.random.default_rng(7 + number)
        ids = torch.from_numpy(random.integers(1, config.vocab_size, (2, 19)))
        with torch.no_grad():
            logits = model(ids).logits
            margin = 0
            while margin < 2e-2:
                tokens, margin = greedy(model, torch.from_numpy(random.integers(1, config.vocab_size, (1, PROMPT))))
        golden = {"input_ids": ids.numpy(), "logits": logits.float().numpy(), "greedy_ids": tokens.numpy()}
        save_file(golden, folder / "golden.safetensors")
        size = sum(file.stat().st_size for file in folder.iterdir())
        print(f"{family}: {size} bytes, logits' deviation {logits.std():.2f}, margin {margin:.3f}")


if __name__ == "__main__":
    main()
