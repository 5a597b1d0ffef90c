package mhc.jobs.executor;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import mhc.datasets.InputException;
import mhc.datasets.Location;
import mhc.datasets.Reason;
import mhc.datasets.Sha256;
import org.apache.hadoop.fs.FileStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The copy of a remote folder that all processes of this host share. It is named by the names, sizes and times of the
 * remote files, so that other files are another copy. A file appears in it whole, and its checksum is noted after it:
 * one that is not noted was not copied to its end, and one that differs from its note was damaged since. Both are
 * copied again; each process checks what it uses once.
 */
final class HostCopy {
    private static final Logger log = LoggerFactory.getLogger(HostCopy.class);
    private static final String CHECKSUMS = ".sha256";
    private static final Pattern NOTE = Pattern.compile("([0-9a-f]{64}) {2}(.+)");
    private static final int BLOCK = 1 << 20;

    /** A file lock is the whole process's: its threads need another one. */
    private static final Map<java.nio.file.Path, Object> LOCKS = new ConcurrentHashMap<>();

    private static final Set<java.nio.file.Path> CHECKED = ConcurrentHashMap.newKeySet();

    private final Location remote;
    private final java.nio.file.Path cache;

    /** @param cache folder of this host's copies; it need not exist */
    HostCopy(Location remote, java.nio.file.Path cache) {
        this.remote = remote;
        this.cache = cache;
    }

    /**
     * The copy, made or mended where it has to be; others who want it wait meanwhile.
     *
     * @throws IOException when the remote folder cannot be read, or changes while it is read
     * @throws InputException when it holds no checkpoint, or the copy cannot be written
     */
    java.nio.file.Path folder() throws IOException {
        List<FileStatus> listing = listing();
        String key = key(listing);
        java.nio.file.Path folder = cache.resolve(key);
        synchronized (LOCKS.computeIfAbsent(folder, path -> new Object())) {
            if (!CHECKED.contains(folder) || !Files.exists(folder.resolve(CHECKSUMS))) {
                create(folder);
                try (FileChannel file = lockFile(key);
                        FileLock lock = file.lock()) {
                    log.debug("Holding {}", lock);
                    complete(folder, listing);
                }
                CHECKED.add(folder);
            }
        }
        return folder;
    }

    private List<FileStatus> listing() throws IOException {
        List<FileStatus> files = Stream.of(remote.files()
                        .listStatus(remote.path(), path -> !path.getName().startsWith(".")))
                .filter(FileStatus::isFile)
                .sorted(Comparator.comparing(HostCopy::name))
                .toList();
        if (files.stream().noneMatch(file -> name(file).equals("config.json"))) {
            throw new FileNotFoundException("it has no config.json");
        }
        return files;
    }

    private static String name(FileStatus file) {
        return file.getPath().getName();
    }

    private String key(List<FileStatus> listing) {
        StringBuilder text = new StringBuilder(remote.path().toString());
        for (FileStatus file : listing) {
            text.append("\n%s %d %d".formatted(name(file), file.getLen(), file.getModificationTime()));
        }
        return Sha256.of(text.toString());
    }

    private void create(java.nio.file.Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private FileChannel lockFile(String key) {
        try {
            return FileChannel.open(cache.resolve(key + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private void complete(java.nio.file.Path folder, List<FileStatus> listing) throws IOException {
        Map<String, String> noted = notes(folder);
        List<FileStatus> open = listing.parallelStream()
                .filter(file -> !isWhole(folder.resolve(name(file)), noted.get(name(file))))
                .toList();
        for (FileStatus file : open) {
            if (noted.containsKey(name(file))) {
                log.warn("{} is not what was copied there: copying it again", folder.resolve(name(file)));
            }
            note(folder, name(file), copy(file, folder));
        }
        if (!open.isEmpty() && !key(listing()).equals(key(listing))) {
            throw new IOException("its files changed while they were copied");
        }
    }

    /** Checksums by name; the last note of a file counts, and one that was cut short does not. */
    private static Map<String, String> notes(java.nio.file.Path folder) throws IOException {
        Map<String, String> notes = new HashMap<>();
        java.nio.file.Path file = folder.resolve(CHECKSUMS);
        for (String line : Files.exists(file) ? Files.readAllLines(file) : new ArrayList<String>()) {
            Matcher note = NOTE.matcher(line);
            if (note.matches()) {
                notes.put(note.group(2), note.group(1));
            }
        }
        return notes;
    }

    private void note(java.nio.file.Path folder, String name, String checksum) {
        try {
            // On a new line even where the one before was cut short.
            Files.writeString(
                    folder.resolve(CHECKSUMS),
                    "\n" + checksum + "  " + name + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private static boolean isWhole(java.nio.file.Path file, String checksum) {
        if (checksum == null) {
            return false;
        }
        try (InputStream in = Files.newInputStream(file)) {
            return Sha256.of(in).equals(checksum);
        } catch (IOException e) {
            return false;
        }
    }

    /** The checksum of what arrived. */
    private String copy(FileStatus file, java.nio.file.Path folder) throws IOException {
        java.nio.file.Path part = folder.resolve("." + name(file) + ".part");
        MessageDigest sha = Sha256.digest();
        long bytes = 0;
        try (InputStream in = remote.files().open(file.getPath());
                OutputStream out = writing(part)) {
            byte[] block = new byte[BLOCK];
            for (int read = in.read(block); read >= 0; read = in.read(block)) {
                sha.update(block, 0, read);
                bytes += read;
                write(out, block, read);
            }
        }
        if (bytes != file.getLen()) {
            throw new IOException(file.getPath() + " has " + file.getLen() + " bytes, " + bytes + " of which arrived");
        }
        try {
            Files.move(part, folder.resolve(name(file)), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw unwritable(e);
        }
        return Sha256.hex(sha);
    }

    private OutputStream writing(java.nio.file.Path file) {
        try {
            return Files.newOutputStream(file);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private void write(OutputStream out, byte[] block, int bytes) {
        try {
            out.write(block, 0, bytes);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private InputException unwritable(IOException e) {
        return new InputException(
                "The copy of model " + remote.path() + " cannot be written to " + cache + " (" + Reason.of(e)
                        + "): free space there, or name another folder with MHC_EVAL_CACHE",
                e);
    }
}
