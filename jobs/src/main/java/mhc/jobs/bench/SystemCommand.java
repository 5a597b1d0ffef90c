package mhc.jobs.bench;

import java.io.IOException;
import java.util.List;

/** Programs of the operating system that end by themselves. */
final class SystemCommand {
    private SystemCommand() {}

    /** Whether it ran and ended with status 0; what it prints is of no interest. */
    static boolean succeeds(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(List.of(command))
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false; // no such program here
        }
    }

    /** Sends a signal by its name without SIG. */
    static void signal(String name, ProcessHandle process) throws InterruptedException {
        succeeds("kill", "-" + name, Long.toString(process.pid()));
    }
}
