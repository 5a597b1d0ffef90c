package mhc.model.inference;

/**
 * Rows of tokens of equal length that stand one after the other in a pass.
 *
 * @param firstToken index in the pass
 * @param length tokens of one row
 */
public record Segment(int firstToken, int rows, int length) {}
