package mhc.model.kernels;

import ai.djl.util.Utils;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mhc.datasets.InputException;
import mhc.datasets.Sha256;

/**
 * Brings the operations {@code torch.ops.mhc.*} into the engine of this process, once. Thread-safe; processes that
 * start at the same time may share one folder for the unpacked library.
 */
public final class FusedKernels {
    private static final String FILE = "libmhc_kernels.so";
    private static final String INSTRUCTION_SET = "MHC_KERNELS_ISA";
    private static final List<String> INSTRUCTION_SETS = List.of("baseline", "avx2", "avx512", "avx512_bf16", "neon");

    /** In the order of the native library's numbers, from 1. */
    private static final List<String> OPERATIONS =
            List.of("hc_mix", "hc_coeffs", "hc_apply_pre", "hc_pre", "hc_post", "hc_post_pre", "hc_head", "hc_gain");

    /** Why the operations cannot be used; empty text once they are there, null before the first try. */
    private static String failure;

    /** What {@link #cuda} said of each device that was asked for. */
    private static final Map<Integer, Integer> DEVICES = new HashMap<>();

    private FusedKernels() {}

    /**
     * Loads the library unless it is loaded already. The engine must run. The first time that a CUDA device is asked
     * for, every operation runs there once and is compared with the CPU's: a device that computes something else is
     * not used, and no kernel remains to be loaded while a CUDA graph is captured.
     *
     * @param device {@code cpu}, {@code cuda} or {@code cuda:N}
     * @return why the operations are not there for the device, as the end of a sentence; empty when they are
     * @throws InputException when {@code MHC_KERNELS_ISA} names no instruction set
     */
    public static synchronized Optional<String> load(String device) {
        requireKnown(System.getenv(INSTRUCTION_SET));
        if (failure == null) {
            failure = tryToLoad(platform(System.getProperty("os.name"), System.getProperty("os.arch")));
        }
        if (failure.isEmpty() && !device.equals("cpu")) {
            int colon = device.indexOf(':');
            int index = colon < 0 ? 0 : Integer.parseInt(device.substring(colon + 1));
            return unusable(device, DEVICES.computeIfAbsent(index, FusedKernels::cuda));
        }
        return Optional.of(failure).filter(reason -> !reason.isEmpty());
    }

    /**
     * Whether the loaded library runs on a CUDA device: 0 if it does, -1 if it was built without that, -2 if this
     * libtorch was, -3 if libtorch gives no memory there, -10 - k if the k-th operation fails its self-test, else an
     * error of the CUDA runtime.
     */
    private static native int cuda(int index);

    static Optional<String> unusable(String device, int status) {
        return Optional.ofNullable(
                switch (status) {
                    case 0 -> null;
                    case -1 ->
                        "this build has them for CPUs only, not for " + device + " (building the others needs nvcc)";
                    case -2 -> "this libtorch is one for CPUs, without " + device;
                    case -3 -> "libtorch gives no memory on " + device + " for their self-test";
                    case 35 ->
                        "the driver of " + device
                                + " is older than the CUDA runtime in them, 580 or newer being needed";
                    case 98, 209 ->
                        "this build holds no code for " + device
                                + ", compute capability 8.0 or newer being needed, and what MHC_CUDA_ARCHS named when"
                                + " the library was built";
                    default ->
                        status < -10
                                ? "their self-test on " + device + " gave other numbers than the CPU for "
                                        + OPERATIONS.get(-11 - status)
                                : "CUDA error " + status + " on " + device;
                });
    }

    private static String tryToLoad(String platform) {
        try (InputStream in = FusedKernels.class.getResourceAsStream("/mhc/model/native/" + platform + "/" + FILE)) {
            if (in == null) {
                return "this build holds none for " + platform + " (building it needs g++)";
            }
            System.load(unpack(in.readAllBytes(), Utils.getEngineCacheDir().resolve("mhc-kernels"))
                    .toString());
            return "";
        } catch (IOException e) {
            return "it could not be unpacked into " + Utils.getEngineCacheDir() + " (" + e.getMessage() + ")";
        } catch (UnsatisfiedLinkError e) {
            return refusal(System.getenv(INSTRUCTION_SET), e.getMessage());
        }
    }

    /** Why the library would not load, given the instruction set that the environment asks for, if any. */
    static String refusal(String instructionSet, String message) {
        return instructionSet == null
                ? "it does not load beside this libtorch, 2.7 or newer being needed (" + message + ")"
                : INSTRUCTION_SET + " is \"" + instructionSet
                        + "\", and this processor or build has no such instruction set: unset it, or give one of "
                        + INSTRUCTION_SETS;
    }

    /**
     * Refuses a word that names no instruction set.
     *
     * @throws InputException naming those that there are
     */
    static void requireKnown(String instructionSet) {
        if (instructionSet != null && !INSTRUCTION_SETS.contains(instructionSet)) {
            throw new InputException(INSTRUCTION_SET + " is \"" + instructionSet
                    + "\", which is no instruction set: unset it, or give one of " + INSTRUCTION_SETS + ".");
        }
    }

    /** The name of a platform among the resources, such as {@code linux-x86_64}. */
    static String platform(String system, String processor) {
        String name = system.startsWith("Linux") ? "linux" : system.toLowerCase(java.util.Locale.ROOT);
        return name.replace(' ', '-') + "-" + (processor.equals("amd64") ? "x86_64" : processor);
    }

    /**
     * Writes the library under its hash. It appears whole, by a rename, and what is there already is taken only if it
     * is the same to the byte.
     */
    static Path unpack(byte[] library, Path folder) throws IOException {
        Path home = folder.resolve(Sha256.of(library).substring(0, 16));
        Path file = home.resolve(FILE);
        if (Files.isRegularFile(file) && Arrays.equals(Files.readAllBytes(file), library)) {
            return file;
        }
        Files.createDirectories(home);
        Path fresh = Files.createTempFile(home, FILE, ".part");
        try {
            Files.write(fresh, library);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
        return file;
    }
}
