package mhc.model.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.Utils;
import ai.djl.util.cuda.CudaUtils;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mhc.datasets.InputException;
import mhc.model.kernels.NativeLibraries;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tensor engine of this process: found, unpacked and started once, with one number of threads. */
public final class Torch {
    private static final Logger log = LoggerFactory.getLogger(Torch.class);
    private static final String BUNDLED = "native/lib/pytorch.properties";
    private static final Pattern DEVICE = Pattern.compile("cpu|cuda(?::([0-9]{1,3}))?");

    private static Engine engine;
    private static int threads;

    private Torch() {}

    /**
     * Starts the engine unless it runs already; the first caller's number of threads holds for the process.
     *
     * @throws InputException when libtorch is neither on the class path nor in {@code PYTORCH_LIBRARY_PATH}
     */
    public static synchronized void start(int wantedThreads) {
        if (engine != null) {
            if (threads != wantedThreads) {
                log.warn(
                        "The engine of this process runs {} threads already; {} are not honoured",
                        threads,
                        wantedThreads);
            }
            return;
        }
        engine = NativeLibraries.load(() -> {
            requireLibrary();
            return Engine.getEngine("PyTorch");
        });
        threads = wantedThreads;
        JniUtils.setNumThreads(wantedThreads);
    }

    /** Threads of the engine; it must run. */
    static synchronized int threads() {
        return threads;
    }

    /**
     * Gradient mode and the graph executor's profiling are settings of a thread: both off, on every thread that calls.
     */
    public static void prepareThread() {
        JniUtils.setGradMode(false);
        JniUtils.setGraphExecutorOptimize(false);
    }

    /** Whether this process can use a CUDA device; the engine must run. */
    public static boolean hasGpu() {
        return engine.getGpuCount() > 0;
    }

    /** The full name of a device: {@code cuda} is {@code cuda:0}. */
    static String fullName(String device) {
        return device.equals("cuda") ? "cuda:0" : device;
    }

    /** A manager of tensors on {@code device} ({@code cpu}, {@code cuda} or {@code cuda:N}). */
    public static NDManager newManager(String device) {
        return engine.newBaseManager(device(device));
    }

    /**
     * The devices of these names.
     *
     * @throws InputException when one is unknown, is not there, or is a GPU that is named twice
     */
    static List<Device> devices(List<String> names) {
        Set<String> gpus = new HashSet<>();
        for (String name : names) {
            if (!name.equals("cpu") && !gpus.add(fullName(name))) {
                throw new InputException("inference.devices names " + name + " twice: name each GPU once.");
            }
        }
        return names.stream().map(Torch::device).toList();
    }

    /** Bytes of memory of a GPU; 0 for a processor, whose weights may stay in their files, and where it is not told. */
    static long memory(Device device) {
        if (!device.isGpu()) {
            return 0;
        }
        try {
            return CudaUtils.getGpuMemory(device).getMax();
        } catch (RuntimeException | LinkageError e) {
            log.warn("How much memory {} has is not known: {}", device, e.toString());
            return 0;
        }
    }

    private static Device device(String name) {
        Matcher matcher = DEVICE.matcher(name);
        if (!matcher.matches()) {
            throw new InputException("Device \"" + name + "\" is unknown: use cpu, cuda or cuda:N.");
        }
        if (name.equals("cpu")) {
            return Device.cpu();
        }
        int index = matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1));
        int present = engine.getGpuCount();
        if (index >= present) {
            throw new InputException("Device " + name + " is not here: this machine shows " + present
                    + " CUDA devices to libtorch; use cpu, or a libtorch built for CUDA on a machine with one.");
        }
        return Device.gpu(index);
    }

    private static void requireLibrary() {
        String folder = Utils.getEnvOrSystemProperty("PYTORCH_LIBRARY_PATH");
        if (folder != null && !folder.isEmpty()) {
            for (String part : folder.split(java.io.File.pathSeparator)) {
                Path path = Path.of(part);
                if (Files.isRegularFile(path.resolve(System.mapLibraryName("torch"))) || Files.isRegularFile(path)) {
                    return;
                }
            }
            throw new InputException("PYTORCH_LIBRARY_PATH is " + folder + ", which holds no "
                    + System.mapLibraryName("torch") + ": point it at the lib folder of libtorch.");
        }
        if (Torch.class.getClassLoader().getResource(BUNDLED) == null && Utils.isOfflineMode()) {
            throw new InputException("libtorch was not found: put the pytorch-native-cpu jar on the class path, or set"
                    + " PYTORCH_LIBRARY_PATH to the lib folder of libtorch.");
        }
    }
}
