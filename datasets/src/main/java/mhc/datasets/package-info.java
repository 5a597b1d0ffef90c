/** The eight corpora: official file layouts read into typed examples and few-shot pools. Files only, no engine. */
package mhc.datasets;
