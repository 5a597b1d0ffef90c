package mhc.model.kernels;

import ai.djl.util.Utils;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import mhc.datasets.InputException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How this process loads native libraries: the tensor engine's and the tokenizers'. */
public final class NativeLibraries {
    private static final Logger log = LoggerFactory.getLogger(NativeLibraries.class);

    private NativeLibraries() {}

    /**
     * Runs what loads native libraries. Services and resources are looked up beside this class, wherever a job's jar
     * was loaded from, and no two processes of a user unpack into the same cache at once.
     */
    public static synchronized <T> T load(Callable<T> loading) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(NativeLibraries.class.getClassLoader());
        // Without these DJL may ask the network for libraries and report its use.
        setIfAbsent("ai.djl.offline", "true");
        setIfAbsent("OPT_OUT_TRACKING", "true");
        try (FileChannel channel = lockFile();
                FileLock lock = channel.lock()) {
            log.debug("Native libraries load under {}", lock);
            return loading.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (IOException e) {
            throw new InputException(
                    "The folder " + Utils.getEngineCacheDir()
                            + " for native libraries cannot be used (" + e.getMessage()
                            + "): make it writable or set DJL_CACHE_DIR.",
                    e);
        } catch (Exception e) {
            throw new IllegalStateException("Loading native libraries failed", e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static FileChannel lockFile() throws IOException {
        Path folder = Utils.getEngineCacheDir();
        Files.createDirectories(folder);
        return FileChannel.open(folder.resolve("unpack.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
