"""Writes the tiny random checkpoints of the model module's tests: python make_checkpoints.py [OUT] [--check]

Each folder holds config.json, model.safetensors (float32) and golden.safetensors (input_ids, logits, comb.<site>, gain,
greedy_ids: docs/checkpoints.md, "Checks"), computed in float64 by reference_model.py and rounded to float32 (gain: not
rounded). Those of gqa and v4 also have a byte-level tokenizer of the bundled samples' words.

Needs numpy, safetensors, tokenizers; --check compares the logits of plain checkpoints and of v4 with transformers' own classes
(transformers, torch).
"""

import argparse
import json
from pathlib import Path

import numpy as np
from reference_model import ReferenceModel, amax_gain
from safetensors.numpy import load_file, save_file

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "datasets/src/main/resources/mhc/datasets/samples"
OUT = ROOT / "model/src/test/resources/mhc/model/checkpoints"
END = "<|endoftext|>"
STREAMS = 4
PROMPT, GREEDY = 24, 40

COMMON = {
    "attention_bias": False, "bos_token_id": 0, "eos_token_id": 0, "hidden_act": "silu", "hidden_size": 32,
    "num_hidden_layers": 2, "rope_theta": 10000.0, "dtype": "float32",
}
FAMILIES = {
    "gqa": {
        **COMMON, "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 320,
        "intermediate_size": 64, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8, "mlp_bias": False,
        # Short enough that some prompts of ten exemplars lose their left end.
        "max_position_embeddings": 640, "rms_norm_eps": 1e-5, "tie_word_embeddings": True,
    },
    "mla-moe": {
        **COMMON, "architectures": ["DeepseekV3ForCausalLM"], "model_type": "deepseek_v3", "vocab_size": 256,
        "intermediate_size": 48, "moe_intermediate_size": 16, "num_attention_heads": 2, "num_key_value_heads": 2,
        "q_lora_rank": 12, "kv_lora_rank": 16, "qk_nope_head_dim": 8, "qk_rope_head_dim": 8, "v_head_dim": 8,
        "n_routed_experts": 6, "num_experts_per_tok": 2, "n_shared_experts": 1, "n_group": 2, "topk_group": 1,
        "first_k_dense_replace": 1, "norm_topk_prob": True, "routed_scaling_factor": 1.5, "rope_interleave": True,
        "max_position_embeddings": 256, "rms_norm_eps": 1e-6, "tie_word_embeddings": False,
    },
    # Every kind of layer and of router; as DeepSeek-V4 names its modules.
    "v4": {
        "architectures": ["DeepseekV4ForCausalLM"], "model_type": "deepseek_v4", "attention_bias": False,
        "bos_token_id": 0, "eos_token_id": 0, "hidden_act": "silu", "hidden_size": 32, "dtype": "float32",
        "vocab_size": 320, "tie_word_embeddings": False, "max_position_embeddings": 640, "rms_norm_eps": 1e-6,
        "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 1, "head_dim": 16,
        "qk_rope_head_dim": 8, "partial_rotary_factor": 0.5, "q_lora_rank": 16, "o_groups": 2, "o_lora_rank": 8,
        "sliding_window": 7, "index_n_heads": 12, "index_head_dim": 8, "index_topk": 3,
        "layer_types": [
            "sliding_attention", "compressed_sparse_attention", "heavily_compressed_attention",
        ],
        "compress_rates": {"compressed_sparse_attention": 4, "heavily_compressed_attention": 8},
        "rope_theta": 10000.0,
        "rope_parameters": {
            "main": {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5},
            "compress": {
                "rope_type": "yarn", "rope_theta": 160000.0, "partial_rotary_factor": 0.5, "factor": 4,
                "original_max_position_embeddings": 64, "beta_fast": 32, "beta_slow": 1, "attention_factor": 1.0,
            },
        },
        "mlp_layer_types": ["hash_moe", "moe", "moe"], "n_routed_experts": 6, "num_experts_per_tok": 2,
        "n_shared_experts": 1, "moe_intermediate_size": 12, "routed_scaling_factor": 1.5, "swiglu_limit": 1.5,
        "norm_topk_prob": True, "scoring_func": "sqrtsoftplus", "topk_method": "noaux_tc",
    },
}  # fmt: skip
RESIDUALS = {
    "none": {},
    "hc": {"hc_mult": STREAMS},
    "mhc": {"hc_mult": STREAMS, "hc_sinkhorn_iters": 20, "hc_eps": 1e-6},
}


def shapes(c):
    """The names and shapes of a checkpoint's tensors, in the order in which they are drawn."""
    size, heads = c["hidden_size"], c["num_attention_heads"]
    yield "model.embed_tokens.weight", (c["vocab_size"], size)
    for layer in range(c["num_hidden_layers"]):
        at = f"model.layers.{layer}."
        yield at + "input_layernorm.weight", (size,)
        yield at + "post_attention_layernorm.weight", (size,)
        if c["model_type"] == "deepseek_v4":
            yield from compressed(c, layer)
        elif c["model_type"] == "llama":
            yield at + "self_attn.q_proj.weight", (heads * c["head_dim"], size)
            yield at + "self_attn.k_proj.weight", (c["num_key_value_heads"] * c["head_dim"], size)
            yield at + "self_attn.v_proj.weight", (c["num_key_value_heads"] * c["head_dim"], size)
            yield at + "self_attn.o_proj.weight", (size, heads * c["head_dim"])
        else:
            nope, rope, value = c["qk_nope_head_dim"], c["qk_rope_head_dim"], c["v_head_dim"]
            yield at + "self_attn.q_a_proj.weight", (c["q_lora_rank"], size)
            yield at + "self_attn.q_a_layernorm.weight", (c["q_lora_rank"],)
            yield at + "self_attn.q_b_proj.weight", (heads * (nope + rope), c["q_lora_rank"])
            yield at + "self_attn.kv_a_proj_with_mqa.weight", (c["kv_lora_rank"] + rope, size)
            yield at + "self_attn.kv_a_layernorm.weight", (c["kv_lora_rank"],)
            yield at + "self_attn.kv_b_proj.weight", (heads * (nope + value), c["kv_lora_rank"])
            yield at + "self_attn.o_proj.weight", (size, heads * value)
        parts = {"mlp.": c.get("intermediate_size")}
        if c["model_type"] == "deepseek_v4":
            parts = {"mlp.shared_experts.": c["moe_intermediate_size"]}
        if layer >= c.get("first_k_dense_replace", c["num_hidden_layers"]):
            expert = c["moe_intermediate_size"]
            parts = {f"mlp.experts.{e}.": expert for e in range(c["n_routed_experts"])}
            parts["mlp.shared_experts."] = c["n_shared_experts"] * expert
            yield at + "mlp.gate.weight", (c["n_routed_experts"], size)
            yield at + "mlp.gate.e_score_correction_bias", (c["n_routed_experts"],)
        for part, width in parts.items():
            yield at + part + "gate_proj.weight", (width, size)
            yield at + part + "up_proj.weight", (width, size)
            yield at + part + "down_proj.weight", (size, width)
        if c["residual"] != "none":
            rows = (2 + STREAMS, size) if c["residual"] == "hc" else (2 * STREAMS + STREAMS**2, STREAMS * size)
            for site in ("attn_hc.", "ffn_hc."):
                yield at + site + "fn", rows
                yield at + site + "base", (2 * STREAMS + STREAMS**2,)
                yield at + site + "scale", (3,)
    yield "model.norm.weight", (size,)
    if c["residual"] == "mhc":
        yield "model.hc_head.hc_fn", (STREAMS, STREAMS * size)
        yield "model.hc_head.hc_base", (STREAMS,)
        yield "model.hc_head.hc_scale", (1,)
    if not c["tie_word_embeddings"]:
        yield "lm_head.weight", (c["vocab_size"], size)


def compressed(c, layer):
    """Attention and routed experts of a layer of DeepSeek-V4."""
    at, size = f"model.layers.{layer}.", c["hidden_size"]
    attn, queries = at + "self_attn.", c["num_attention_heads"] * c["head_dim"]
    yield attn + "sinks", (c["num_attention_heads"],)
    yield attn + "q_a_proj.weight", (c["q_lora_rank"], size)
    yield attn + "q_a_norm.weight", (c["q_lora_rank"],)
    yield attn + "q_b_proj.weight", (queries, c["q_lora_rank"])
    yield attn + "kv_proj.weight", (c["head_dim"], size)
    yield attn + "kv_norm.weight", (c["head_dim"],)
    yield attn + "o_a_proj.weight", (c["o_groups"] * c["o_lora_rank"], queries // c["o_groups"])
    yield attn + "o_b_proj.weight", (size, c["o_groups"] * c["o_lora_rank"])
    kind = c["layer_types"][layer]
    widths = {"compressor.": c["head_dim"]} if kind in c["compress_rates"] else {}
    if kind == "compressed_sparse_attention":
        widths["compressor.indexer."] = c["index_head_dim"]
        yield attn + "compressor.indexer.q_b_proj.weight", (c["index_n_heads"] * c["index_head_dim"], c["q_lora_rank"])
        yield attn + "compressor.indexer.scorer.weights_proj.weight", (c["index_n_heads"], size)
    for part, width in widths.items():
        read = 2 * width if kind == "compressed_sparse_attention" else width
        yield attn + part + "kv_proj.weight", (read, size)
        yield attn + part + "gate_proj.weight", (read, size)
        yield attn + part + "position_bias", (c["compress_rates"][kind], read)
        yield attn + part + "kv_norm.weight", (width,)
    experts, inner = c["n_routed_experts"], c["moe_intermediate_size"]
    yield at + "mlp.gate.weight", (experts, size)
    if c["mlp_layer_types"][layer] == "hash_moe":
        yield at + "mlp.gate.tid2eid", (c["vocab_size"], c["num_experts_per_tok"])
    else:
        yield at + "mlp.gate.e_score_correction_bias", (experts,)
    yield at + "mlp.experts.gate_up_proj", (experts, 2 * inner, size)
    yield at + "mlp.experts.down_proj", (experts, size, inner)


def draw(name, shape, random, c):
    """Weights large enough that every path counts: sharp attention, and mappings of the streams that are sharp and not
    symmetric, so that a transposed one shows."""
    if name.endswith("scale"):
        return np.array([0.7, 0.9, 1.3])[: shape[0]]
    if name.endswith("base"):
        return random.normal(0, 0.6, shape)
    if name.endswith("fn"):
        return random.normal(0, 0.15, shape)
    if name.endswith("tid2eid"):
        return np.argsort(random.random((shape[0], c["n_routed_experts"])))[:, : shape[1]]
    if name.endswith("sinks") or name.endswith("position_bias"):
        return random.normal(0, 0.7, shape)
    if name.endswith("bias"):
        return random.normal(0, 0.1, shape)
    if "norm" in name:
        return random.uniform(0.6, 1.4, shape)
    return random.normal(0, 1.4 / np.sqrt(shape[-1]), shape)


def tokenizer():
    """Byte-level BPE of the bundled samples, with one special token, id 0."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=FAMILIES["gqa"]["vocab_size"],
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    files = (SAMPLES / "index.txt").read_text().split()
    bpe.train_from_iterator([(SAMPLES / file).read_text() for file in files], trainer)
    return bpe


def write_tokenizer(bpe, folder):
    bpe.save(str(folder / "tokenizer.json"), pretty=False)
    names = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": END, "eos_token": END, "pad_token": END}
    (folder / "tokenizer_config.json").write_text(json.dumps(names, indent=1) + "\n")


def record(model, seed):
    """The outputs that golden.safetensors holds."""
    vocabulary = model.config["vocab_size"]
    random = np.random.default_rng(seed)
    # Where a token, an expert or an entry is chosen narrowly, float32 or another order of its sums may rightly choose another.
    model.route_margin = 0
    while model.route_margin < 1e-5:
        ids, trace, model.route_margin = random.integers(1, vocabulary, (2, 19)), [], np.inf
        logits = model.logits(ids, trace)
    margin = 0
    while margin < 2e-2 or model.route_margin < 1e-5:
        model.route_margin = np.inf
        greedy, margin = model.greedy(random.integers(1, vocabulary, PROMPT), GREEDY)
    golden = {
        "input_ids": ids.astype(np.int64),
        "logits": logits.astype(np.float32),
        "greedy_ids": np.array([greedy], np.int64),
    }
    for site, res in enumerate(trace):
        golden[f"comb.{site}"] = np.ascontiguousarray(res.swapaxes(-1, -2)).astype(np.float32)
    if trace:
        golden["gain"] = amax_gain(trace)
    return golden


def check(folder):
    """Largest difference between transformers' logits in float64 and the recorded ones."""
    import torch
    from transformers import AutoModelForCausalLM

    golden = load_file(folder / "golden.safetensors")
    model, loading = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float64, experts_implementation="eager", output_loading_info=True
    )
    assert not loading["missing_keys"] and not loading["unexpected_keys"], loading
    with torch.no_grad():
        logits = model(torch.from_numpy(golden["input_ids"])).logits.numpy()
    return np.abs(logits - golden["logits"]).max()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("out", nargs="?", type=Path, default=OUT)
    arguments.add_argument("--check", action="store_true", help="compare plain checkpoints with transformers")
    options = arguments.parse_args()
    bpe = tokenizer()
    for number, (family, base) in enumerate(FAMILIES.items()):
        for residual, fields in RESIDUALS.items():
            if family == "v4" and residual != "mhc":
                continue
            config = {**base, "residual": residual, **fields}
            folder = options.out / f"{family}-{residual}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
            random = np.random.default_rng(100 + number)
            weights = {name: draw(name, shape, random, config) for name, shape in shapes(config)}
            weights = {name: w.astype(np.int64 if name.endswith("tid2eid") else np.float32) for name, w in weights.items()}
            save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
            if family != "mla-moe":
                write_tokenizer(bpe, folder)
            model = ReferenceModel(folder)
            golden = record(model, 7 + number)
            save_file(golden, folder / "golden.safetensors")
            size = sum(file.stat().st_size for file in folder.iterdir())
            gain = f", composite gain {golden['gain'][-1, 2]:.3f} {golden['gain'][-1, 3]:.3f}" if "gain" in golden else ""
            print(f"{folder.name}: {size} bytes, logits' deviation {golden['logits'].std():.2f}{gain}")
            if options.check and (residual == "none" or family == "v4"):
                worst = check(folder)
                # transformers computes much of V4 in float32 whatever the type.
                assert worst < (1e-4 if family == "v4" else 1e-5), worst
                print(f"{folder.name}: transformers differs by at most {worst:.1e}")


if __name__ == "__main__":
    main()
