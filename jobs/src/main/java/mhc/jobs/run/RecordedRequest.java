package mhc.jobs.run;

/**
 * What one answer of a run took.
 *
 * @param reusedTokens of the prompt, read for another request
 * @param newTokens generated, or scored
 * @param seconds from the beginning of its shard to the answer
 */
public record RecordedRequest(String id, int promptTokens, int reusedTokens, int newTokens, double seconds) {}
