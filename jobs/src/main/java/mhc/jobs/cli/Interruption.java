package mhc.jobs.cli;

import java.io.PrintWriter;
import java.util.function.IntSupplier;

/** A process that is told to end, by Ctrl-C or a signal, says what becomes of its command. */
final class Interruption {
    static final String SENTENCE = "mhc-eval: interrupted: what was written is kept; the same command continues a run";

    private Interruption() {}

    /**
     * Runs a command; when the process is to end meanwhile, says so at once.
     *
     * @return the command's exit status
     */
    static int saidOn(PrintWriter err, IntSupplier command) {
        Thread hook = new Thread(() -> err.println(SENTENCE), "interruption");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return command.getAsInt();
        } finally {
            withdraw(hook);
        }
    }

    private static void withdraw(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending already: the hook has said so.
        }
    }
}
