/**
 * DualPipe on paper: what hyper-connections cost the training of the paper's models, by an event simulation of the
 * bidirectional pipeline (arXiv 2512.24880, section 4.3.3; the schedule is that of arXiv 2412.19437, section 3.2.1).
 */
package mhc.model.probe.pipeline;
