/** The native library of fused kernels: {@code torch.ops.mhc.*}, built from {@code src/main/native}. */
package mhc.model.kernels;
