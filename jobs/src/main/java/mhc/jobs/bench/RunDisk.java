package mhc.jobs.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where a round's run directory lies: a folder, or a small file system in memory, which can be full. Where
 * mounting is not permitted, a limit to the size of the executors' files ({@code RLIMIT_FSIZE}) takes its part.
 */
final class RunDisk {
    private static final String SIZE = "64m";
    private static final String LEAST_FILE = "512";

    private final Path folder;
    private final boolean mounted;

    private RunDisk(Path folder, boolean mounted) {
        this.folder = folder;
        this.mounted = mounted;
    }

    static RunDisk plain(Path folder) throws IOException {
        return new RunDisk(Files.createDirectories(folder), false);
    }

    static RunDisk small(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        boolean mounted = SystemCommand.succeeds("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "tmpfs", folder + "");
        return new RunDisk(folder, mounted);
    }

    Path folder() {
        return folder;
    }

    /** By what means it is full. */
    String means() {
        return mounted ? "tmpfs" : "RLIMIT_FSIZE";
    }

    /** Leaves no byte free; or no executor that may write a part. */
    void fill(List<ProcessHandle> executors) throws IOException, InterruptedException {
        if (!mounted) {
            for (ProcessHandle executor : executors) {
                SystemCommand.succeeds("prlimit", "--pid", executor.pid() + "", "--fsize=" + LEAST_FILE);
            }
            return;
        }
        byte[] block = new byte[1 << 12];
        try (OutputStream out = Files.newOutputStream(filler())) {
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            if (Files.getFileStore(folder).getUsableSpace() > 0) {
                throw e;
            }
        }
    }

    /** What a user does whose disk is full. Executors with a limit end with their run. */
    void free() throws IOException {
        Files.deleteIfExists(filler());
    }

    private Path filler() {
        return folder.resolve("filler");
    }

    /** Takes a file system that it mounted away again, with all that is on it. */
    void release() throws InterruptedException {
        if (mounted) {
            SystemCommand.succeeds("umount", folder.toString());
        }
    }
}
