package mhc.model.probe;

/** One n x n matrix per token, in float64. */
final class SquareMatrices {
    private final double[][] matrices;
    private final int side;

    /** A number of one of the matrices. */
    @FunctionalInterface
    interface Measure {
        double of(SquareMatrices matrices, int token);
    }

    private SquareMatrices(double[][] matrices, int side) {
        this.matrices = matrices;
        this.side = side;
    }

    /** From [tokens, n, n] numbers, each matrix transposed. */
    static SquareMatrices transposed(float[] values, int side) {
        double[][] matrices = new double[values.length / (side * side)][side * side];
        for (int token = 0; token < matrices.length; token++) {
            for (int row = 0; row < side; row++) {
                for (int column = 0; column < side; column++) {
                    matrices[token][column * side + row] = values[(token * side + row) * side + column];
                }
            }
        }
        return new SquareMatrices(matrices, side);
    }

    int count() {
        return matrices.length;
    }

    int side() {
        return side;
    }

    /** The products of these with others, token by token. */
    SquareMatrices times(SquareMatrices right) {
        double[][] products = new double[matrices.length][side * side];
        for (int token = 0; token < products.length; token++) {
            for (int i = 0; i < side; i++) {
                for (int j = 0; j < side; j++) {
                    double sum = 0;
                    for (int k = 0; k < side; k++) {
                        sum += matrices[token][i * side + k] * right.matrices[token][k * side + j];
                    }
                    products[token][i * side + j] = sum;
                }
            }
        }
        return new SquareMatrices(products, side);
    }

    /** Mean and maximum of a measure over tokens. */
    AmaxGain.Spread over(Measure measure) {
        double total = 0;
        double max = 0;
        for (int token = 0; token < matrices.length; token++) {
            double value = measure.of(this, token);
            total += value;
            max = Math.max(max, value);
        }
        return new AmaxGain.Spread(total / matrices.length, max);
    }

    double columnSum(int token, int column) {
        double sum = 0;
        for (int row = 0; row < side; row++) {
            sum += matrices[token][row * side + column];
        }
        return sum;
    }

    /** Largest absolute sum of a row. */
    double largestRowSum(int token) {
        double largest = 0;
        for (int row = 0; row < side; row++) {
            double sum = 0;
            for (int column = 0; column < side; column++) {
                sum += matrices[token][row * side + column];
            }
            largest = Math.max(largest, Math.abs(sum));
        }
        return largest;
    }

    /** Largest absolute sum of a column. */
    double largestColumnSum(int token) {
        double largest = 0;
        for (int column = 0; column < side; column++) {
            largest = Math.max(largest, Math.abs(columnSum(token, column)));
        }
        return largest;
    }

    /** Largest difference of two numbers of a column. */
    double rowSpread(int token) {
        double largest = 0;
        for (int column = 0; column < side; column++) {
            double low = Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            for (int row = 0; row < side; row++) {
                low = Math.min(low, matrices[token][row * side + column]);
                high = Math.max(high, matrices[token][row * side + column]);
            }
            largest = Math.max(largest, high - low);
        }
        return largest;
    }

    /**
     * Largest absolute difference from the matrix with {@code diagonal} on its diagonal and {@code other} elsewhere.
     */
    double distance(int token, double diagonal, double other) {
        double largest = 0;
        for (int at = 0; at < side * side; at++) {
            double expected = at / side == at % side ? diagonal : other;
            largest = Math.max(largest, Math.abs(matrices[token][at] - expected));
        }
        return largest;
    }
}
