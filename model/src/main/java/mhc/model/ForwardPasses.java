package mhc.model;

import java.util.List;
import mhc.model.TorchProgram.Entries;
import mhc.model.TorchProgram.Found;
import mhc.model.TorchProgram.Shared;
import mhc.model.TorchProgram.Steps;

/** What scheduling asks of a loaded program; {@link TorchProgram} says what each method does. */
interface ForwardPasses {
    /** Nanoseconds of this thread's own clock, which stands still while others have their turn. */
    default long clock() {
        return System.nanoTime();
    }

    Found read(Pass pass, int headBlock);

    Steps decode(long[] tokens, int[] positions, int[] lengths, Entries cache, Shared shared, int steps);

    Entries room(Entries before, Entries like, int rows, int capacity);

    void settle(Entries cache, int row, List<Entries> parts);

    void move(Entries cache, int source, int target, int count);
}
