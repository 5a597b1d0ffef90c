package mhc.jobs.plan;

import java.util.List;

/**
 * Seconds of a model on a machine, by what it has to do: least squares over the files of a finished run, none of them
 * negative.
 *
 * @param read seconds of a token that is read
 * @param generated of a token that is generated, whatever it attends to
 * @param attended of a key that a generated token attends to
 * @param step of a decoding step, whatever the number of its rows
 */
record RecordedRates(double read, double generated, double attended, double step) {
    private static final int ROUNDS = 10_000;

    /** One file: what it took, and in how many seconds. */
    record Sample(RecordedWork work, double seconds) {}

    /** Deviations grow with the square root of a file's seconds. */
    static RecordedRates fit(List<Sample> samples) {
        int count = RecordedWork.of(List.of(), true).amounts().length;
        double[][] squares = new double[count][count];
        double[] targets = new double[count];
        for (Sample sample : samples) {
            double[] amounts = sample.work().amounts();
            for (int i = 0; i < count; i++) {
                targets[i] += amounts[i];
                for (int j = 0; j < count; j++) {
                    squares[i][j] += amounts[i] * amounts[j] / sample.seconds();
                }
            }
        }
        double[] rates = minimum(squares, targets);
        return new RecordedRates(rates[0], rates[1], rates[2], rates[3]);
    }

    /** Of a convex quadratic form where no coordinate is negative, by one coordinate after the other. */
    private static double[] minimum(double[][] squares, double[] targets) {
        double[] at = new double[targets.length];
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < at.length; i++) {
                double rest = targets[i];
                for (int j = 0; j < at.length; j++) {
                    rest -= j == i ? 0 : squares[i][j] * at[j];
                }
                at[i] = squares[i][i] == 0 ? 0 : Math.max(0, rest / squares[i][i]);
            }
        }
        return at;
    }

    double seconds(RecordedWork work) {
        return read * work.read() + generated * work.generated() + attended * work.attended() + step * work.steps();
    }
}
