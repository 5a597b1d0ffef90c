package mhc.datasets;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** One file on any Hadoop file system. Gzip is told by its first bytes, whatever the name; a byte order mark is skipped. */
final class DataFile {
    private static final int BUFFER = 1 << 16;
    private static final byte[] PARQUET_MAGIC = {'P', 'A', 'R', '1'};

    private final Path path;
    private final long bytes;
    private final Configuration hadoop;

    DataFile(FileStatus status, Configuration hadoop) {
        this.path = status.getPath();
        this.bytes = status.getLen();
        this.hadoop = hadoop;
    }

    Path path() {
        return path;
    }

    long bytes() {
        return bytes;
    }

    Configuration hadoop() {
        return hadoop;
    }

    /** Last part of the path without a final {@code .gz}. */
    String name() {
        String name = path.getName();
        return name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
    }

    /** A file of the same folder; {@code role} says what it is for and the remedy, should it be absent. */
    DataFile sibling(String name, String role) {
        Path sibling = new Path(path.getParent(), name);
        try {
            return new DataFile(sibling.getFileSystem(hadoop).getFileStatus(sibling), hadoop);
        } catch (FileNotFoundException e) {
            throw new InputException("%s: no such file; %s".formatted(shown(sibling), role), e);
        } catch (IOException e) {
            throw unreadable(e, 0);
        }
    }

    /** The path as a user would type it: local files without their scheme. */
    static String shown(Path path) {
        return "file".equals(path.toUri().getScheme()) ? path.toUri().getPath() : path.toString();
    }

    boolean isParquet() {
        byte[] start = new byte[PARQUET_MAGIC.length];
        try (InputStream in = openRaw()) {
            return in.readNBytes(start, 0, start.length) == start.length && Arrays.equals(start, PARQUET_MAGIC);
        } catch (IOException e) {
            throw unreadable(e, 0);
        }
    }

    /** The text, unpacked; bytes that are not UTF-8 are an error, never replaced. */
    BufferedReader reader() throws IOException {
        InputStream raw = openRaw();
        try {
            BufferedInputStream in = new BufferedInputStream(raw, BUFFER);
            in.mark(2);
            boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
            in.reset();
            InputStream plain = gzip ? new Patient(new GZIPInputStream(in, BUFFER)) : in;
            BufferedReader reader = new BufferedReader(
                    new InputStreamReader(
                            plain,
                            StandardCharsets.UTF_8
                                    .newDecoder()
                                    .onMalformedInput(CodingErrorAction.REPORT)
                                    .onUnmappableCharacter(CodingErrorAction.REPORT)),
                    BUFFER);
            reader.mark(1);
            if (reader.read() != '\uFEFF') {
                reader.reset();
            }
            return reader;
        } catch (IOException | RuntimeException e) {
            raw.close();
            throw e;
        }
    }

    /** Lower-case hex of the stored bytes (of the packed ones when gzipped). */
    String sha256() {
        try (InputStream in = openRaw()) {
            return Sha256.of(in);
        } catch (IOException e) {
            throw unreadable(e, 0);
        }
    }

    /** One sentence for a file that opened but could not be read on; {@code line} is the last line that was whole (0: none). */
    InputException unreadable(IOException cause, long line) {
        String place = line > 0 ? "%s, near line %d".formatted(this, line) : toString();
        String sentence;
        if (cause instanceof EOFException) {
            sentence = "%s: the gzip stream ends early, so the file is cut short; fetch it again".formatted(place);
        } else if (cause instanceof ZipException) {
            sentence = "%s: the gzip stream is damaged (%s); fetch it again".formatted(place, cause.getMessage());
        } else if (cause instanceof CharacterCodingException) {
            sentence =
                    "%s: there are bytes that are not UTF-8; save the file as UTF-8 or fetch it again".formatted(place);
        } else if (cause instanceof FileNotFoundException) {
            sentence = "%s: no such file; check the path".formatted(this);
        } else {
            sentence = "%s: cannot be read (%s); check its permissions and the storage it lies on"
                    .formatted(place, cause.getMessage());
        }
        return new InputException(sentence, cause);
    }

    private InputStream openRaw() throws IOException {
        FileSystem fileSystem = path.getFileSystem(hadoop);
        return fileSystem.open(path);
    }

    @Override
    public String toString() {
        return shown(path);
    }

    /** Never claims that more waits, so that a reader hands on what was unpacked before it runs into a cut. */
    private static final class Patient extends FilterInputStream {
        Patient(InputStream in) {
            super(in);
        }

        @Override
        public int available() {
            return 0;
        }
    }

    /** Lines of a text file, counted from one, without their ends. */
    static final class Lines implements AutoCloseable {
        private final DataFile file;
        private final BufferedReader reader;
        private long number;

        Lines(DataFile file) {
            this.file = file;
            try {
                this.reader = file.reader();
            } catch (IOException e) {
                throw file.unreadable(e, 0);
            }
        }

        /** The next line, or null after the last. */
        String next() {
            try {
                String line = reader.readLine();
                if (line != null) {
                    number++;
                }
                return line;
            } catch (IOException e) {
                throw file.unreadable(e, number);
            }
        }

        /** Number of the line that {@link #next} returned last. */
        long number() {
            return number;
        }

        String where() {
            return "%s, line %d".formatted(file, number);
        }

        @Override
        public void close() {
            try {
                reader.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
