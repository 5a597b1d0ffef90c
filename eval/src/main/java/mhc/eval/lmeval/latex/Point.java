package mhc.eval.lmeval.latex;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Values of all symbols and unknown functions: complex numbers that look random but depend on name and point alone, so that
 * two expressions which agree at several points are equal but for a negligible chance (Schwartz and Zippel), and a verdict
 * never changes.
 */
record Point(int number) {

    /** A number in a ring around zero, of any argument: real identities that fail on complex numbers fail here. */
    Complex of(String symbol) {
        return ring(new SplittableRandom(symbol.hashCode() * 31L + number));
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
