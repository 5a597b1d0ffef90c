/** The protocols by name. */
package mhc.eval.protocol;
