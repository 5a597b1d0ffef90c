package mhc.model.probe.pipeline;

/** What a kernel computes: outputs, gradients of inputs, or gradients of weights. */
enum Pass {
    FORWARD,
    BACKWARD,
    WEIGHTS
}
