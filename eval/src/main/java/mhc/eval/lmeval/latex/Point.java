package mhc.eval.lmeval.latex;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Values of all symbols and unknown functions: complex numbers that look random but depend on name and point alone, so that
 * two expressions which agree at several points are equal but for a negligible chance (Schwartz and Zippel), and a verdict
 * never changes.
 */
record Point(int number) {
    private static final double WIDE = 3;
    private static final double FAR = 40;

    /**
     * A number in a ring around zero, of any argument: real identities that fail on complex numbers fail here. At three points
     * of four the ring is wider, or far out on either side, so that a symbol outweighs the numbers beside it.
     */
    Complex of(String symbol) {
        Complex value = ring(new SplittableRandom(symbol.hashCode() * 31L + number));
        return switch (number % 4) {
            case 0 -> value;
            case 1 -> value.plus(Complex.of(FAR));
            case 2 -> value.times(WIDE);
            default -> value.plus(Complex.of(-FAR));
        };
    }

    private static Complex ring(SplittableRandom random) {
        double radius = 0.5 + random.nextDouble();
        double angle = Math.PI * (2 * random.nextDouble() - 1);
        return new Complex(radius * Math.cos(angle), radius * Math.sin(angle));
    }

    /** An arbitrary cubic in each argument, fixed by the function's name. */
    Complex apply(String function, List<Complex> arguments) {
        SplittableRandom random = new SplittableRandom(function.hashCode() * 37L + arguments.size());
        Complex value = ring(random);
        for (Complex argument : arguments) {
            Complex square = argument.times(argument);
            value = value.times(ring(random))
                    .plus(argument.times(ring(random)))
                    .plus(square.times(ring(random)))
                    .plus(square.times(argument).times(ring(random)));
        }
        return value;
    }
}
