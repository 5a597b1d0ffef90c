/** Checkpoint folders: configuration, safetensors, tokenizer files, and small untrained checkpoints. */
package mhc.model.checkpoint;
