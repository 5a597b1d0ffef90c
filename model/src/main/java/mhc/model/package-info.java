/** Checkpoints as language models: configuration, weights, tokenizer, TorchScript program, KV cache, batching. */
package mhc.model;
