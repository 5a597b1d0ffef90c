/**
 * Protocol {@code paper}: Table 4 of arXiv 2512.24880 asked the way DeepSeek's reports describe, above all appendix G of
 * DeepSeek-V2 (arXiv 2405.04434). Every choice those reports leave open stands in {@code docs/paper-protocol.md}.
 */
package mhc.eval.paper;
