/**
 * LaTeX expressions as sympy 1.14's {@code parse_latex} reads them, quirks included, and whether two of them are equal: the
 * symbolic step of lm-eval's {@code minerva_math}.
 */
package mhc.eval.lmeval.latex;
