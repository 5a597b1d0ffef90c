package mhc.jobs.executor;

import java.io.IOException;
import mhc.datasets.InputException;
import mhc.datasets.Location;
import mhc.datasets.Reason;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Checkpoints as local folders, so that their weights can be mapped into memory. A local folder is used where it lies;
 * any other Hadoop URI is copied once per host.
 */
public final class ModelFolders {
    /** Key of a Hadoop configuration: folder of the copies, where {@code MHC_EVAL_CACHE} does not name one. */
    public static final String CACHE = "mhc.model.cache";

    private ModelFolders() {}

    /** A relative local path as seen from here, so that executors with another working directory find it. */
    public static String qualify(String uri) {
        return new Path(uri).toUri().getScheme() == null
                ? java.nio.file.Path.of(uri).toAbsolutePath().normalize().toString()
                : uri;
    }

    /** @throws InputException when there is no such folder, naming it and what a checkpoint holds */
    public static java.nio.file.Path localize(String uri, Configuration hadoop) {
        Location.check("Model", uri);
        try {
            Path given = new Path(uri);
            String scheme = given.toUri().getScheme();
            if (scheme == null || scheme.equals("file")) {
                return java.nio.file.Path.of(given.toUri().getPath())
                        .toAbsolutePath()
                        .normalize();
            }
            return new HostCopy(Location.of("Model", uri, hadoop), cache(hadoop)).folder();
        } catch (IOException | IllegalArgumentException e) {
            throw new InputException(
                    "Model " + uri + " cannot be read (" + Reason.of(e)
                            + "): give a folder or URI with config.json, *.safetensors and tokenizer.json",
                    e);
        }
    }

    private static java.nio.file.Path cache(Configuration hadoop) {
        String named = System.getenv().getOrDefault("MHC_EVAL_CACHE", hadoop.getTrimmed(CACHE, ""));
        return named.isEmpty()
                ? java.nio.file.Path.of(System.getProperty("user.home"), ".cache", "mhc-eval", "models")
                : java.nio.file.Path.of(named);
    }
}
