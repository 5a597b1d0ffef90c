/** Questions about a checkpoint itself: recorded outputs, gain, loss, cost, speed. */
package mhc.model.probe;
