package mhc.model.decoder;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A TorchScript archive that holds code and no tensors, written without any help from Python.
 *
 * <p>It is a zip with one top folder: {@code code/__torch__.py} is the source, {@code data.pkl} a pickled module object
 * with every declared attribute, {@code constants.pkl} an empty tuple, {@code version} a format number libtorch
 * accepts.
 */
public final class TorchArchive {
    /** Name of the module class in the source. */
    static final String MODULE = "Program";

    private static final String TOP = "program/";
    private static final byte[] EMPTY_TUPLE = {(byte) 0x80, 2, ')', '.'};
    private static final String FORMAT_VERSION = "10\n";

    private TorchArchive() {}

    /** The archive's bytes. */
    public static byte[] of(String source) {
        return of(source, Map.of());
    }

    /** The same with further files, by name: {@code torch.jit.load} hands them out as {@code _extra_files}. */
    public static byte[] of(String source, Map<String, String> extra) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            put(zip, "data.pkl", objectPickle());
            put(zip, "constants.pkl", EMPTY_TUPLE);
            put(zip, "version", FORMAT_VERSION.getBytes(StandardCharsets.US_ASCII));
            put(zip, "code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
            for (Map.Entry<String, String> file : extra.entrySet()) {
                put(zip, "extra/" + file.getKey(), file.getValue().getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(TOP + name);
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    /**
     * Protocol 2 pickle of {@code Program()}, which declares what {@code module.py} does, with state {@code
     * {"training": False, "w": []}}.
     */
    private static byte[] objectPickle() throws IOException {
        ByteArrayOutputStream pickle = new ByteArrayOutputStream();
        pickle.write(new byte[] {(byte) 0x80, 2});
        global(pickle, "__torch__", MODULE);
        pickle.write(new byte[] {')', (byte) 0x81, '}', '('});
        text(pickle, "training");
        pickle.write((byte) 0x89);
        text(pickle, "w");
        global(pickle, "torch.jit._pickle", "build_tensorlist");
        pickle.write(new byte[] {']', (byte) 0x85, 'R', 'u', 'b', '.'});
        return pickle.toByteArray();
    }

    private static void global(ByteArrayOutputStream pickle, String module, String name) throws IOException {
        pickle.write(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static void text(ByteArrayOutputStream pickle, String value) throws IOException {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        pickle.write(new byte[] {'X', (byte) utf8.length, 0, 0, 0});
        pickle.write(utf8);
    }
}
