package mhc.jobs.plan;

import java.util.List;
import mhc.jobs.run.RecordedRequest;

/**
 * What requests that were answered together took, as a finished run counted it.
 *
 * @param read tokens that were read for these requests
 * @param generated tokens that were generated
 * @param attended keys that generated tokens attended to
 * @param steps of decoding
 */
record RecordedWork(double read, double generated, double attended, double steps) {
    /**
     * Of neighbours in a plan that may be another one than the run's. The first one's prompt is read whole; every other one
     * without what it shared with others.
     *
     * @param generates whether their new tokens were generated, one after the other, or read
     */
    static RecordedWork of(List<RecordedRequest> requests, boolean generates) {
        double read = 0;
        double generated = 0;
        double attended = 0;
        double longest = 0;
        for (RecordedRequest request : requests) {
            read += request.promptTokens() - (read == 0 ? 0 : request.reusedTokens());
            if (generates) {
                generated += request.newTokens();
                attended += request.newTokens() * (request.promptTokens() + request.newTokens() / 2.0);
                longest = Math.max(longest, request.newTokens());
            } else {
                read += request.newTokens();
            }
        }
        return new RecordedWork(read, generated, attended, Math.max(longest, generated / ShardCost.ROWS));
    }

    double[] amounts() {
        return new double[] {read, generated, attended, steps};
    }
}
