/** The tensor engine behind {@code ForwardPasses}: DJL and libtorch, seen nowhere else. */
package mhc.model.engine;
