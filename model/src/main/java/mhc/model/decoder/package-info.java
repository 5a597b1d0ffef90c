/**
 * A configuration as a decoder program: attention, feed-forward, rotary embedding, residual connection, in TorchScript.
 */
package mhc.model.decoder;
