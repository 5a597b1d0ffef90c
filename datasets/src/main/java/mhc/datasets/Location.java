package mhc.datasets;

import java.io.IOException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.util.VersionInfo;

/**
 * A file or folder that a user named, and the file system that Hadoop has for it. Every character of its path stands for
 * itself; nothing need be there.
 *
 * @param path qualified by its file system
 */
public record Location(Path path, FileSystem files) {
    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):.*", Pattern.DOTALL);
    private static final Pattern FILE_HOST = Pattern.compile("file://([^/]+)(.*)", Pattern.DOTALL);

    /** Name and password, or key and secret, before the host; a number after a colon is a port. */
    private static final Pattern CREDENTIALS =
            Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*://)[^\\s/@]*:(?!\\d+(?:[/\\s]|$))\\S*@");

    /** What signs a web address. */
    private static final Pattern SIGNATURE = Pattern.compile("(https?://[^\\s?]*)\\?\\S*");

    private static final String HADOOP = VersionInfo.getVersion();

    /** What has to be on the class path for a scheme that Hadoop itself does not serve. */
    private static final Map<String, String> CONNECTORS = Map.of(
            "s3a", "org.apache.hadoop:hadoop-aws:" + HADOOP,
            "abfs", "org.apache.hadoop:hadoop-azure:" + HADOOP,
            "abfss", "org.apache.hadoop:hadoop-azure:" + HADOOP,
            "wasb", "org.apache.hadoop:hadoop-azure:" + HADOOP,
            "wasbs", "org.apache.hadoop:hadoop-azure:" + HADOOP,
            "gs", "com.google.cloud.bigdataoss:gcs-connector:VERSION");

    /**
     * The location at a path or URI.
     *
     * @param subject what it is, to begin a sentence with, such as {@code Run directory}
     * @throws InputException when it holds credentials, names a host of local files, or nothing here reads its scheme
     */
    public static Location of(String subject, String uri, Configuration hadoop) {
        check(subject, uri);
        try {
            Path path = new Path(uri);
            if (path.toUri().getScheme() != null) {
                requireConnector(subject, uri, path.toUri().getScheme(), hadoop);
            }
            FileSystem files = path.getFileSystem(hadoop);
            return new Location(files.makeQualified(path), files);
        } catch (InputException e) {
            throw e;
        } catch (LinkageError e) { // the connector is there, and something that it needs is not
            String scheme = scheme(uri);
            throw missing(subject, uri, CONNECTORS.getOrDefault(scheme, "of " + scheme), e);
        } catch (IOException | RuntimeException e) {
            throw new InputException(
                    "%s %s cannot be reached (%s): check the path and the file system it names"
                            .formatted(subject, uri, Reason.of(e)),
                    e);
        }
    }

    /**
     * What can be told of a path or URI by its text alone.
     *
     * @throws InputException as {@link #of}
     */
    public static void check(String subject, String uri) {
        if (CREDENTIALS.matcher(uri).find()) {
            throw new InputException(
                    ("%s %s has credentials in it, which logs and listings would show: take them out, and give them to"
                                    + " Hadoop (s3a: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, or"
                                    + " a credential provider of spark.hadoop.fs.s3a)")
                            .formatted(subject, withoutSecrets(uri)));
        }
        Matcher host = FILE_HOST.matcher(uri);
        if (host.matches()) {
            throw new InputException(
                    "%s %s names a host, %s, which local files have not: give %3$s%s, %4$s or file://%4$s"
                            .formatted(subject, uri, host.group(1), host.group(2)));
        }
        if (scheme(uri).matches("https?")) {
            throw new InputException(
                    "%s %s is a web address, of which no folder can be listed: download it and give its folder"
                            .formatted(subject, withoutSecrets(uri)));
        }
    }

    private static String scheme(String uri) {
        Matcher scheme = SCHEME.matcher(uri);
        return scheme.matches() ? scheme.group(1) : "";
    }

    private static void requireConnector(String subject, String uri, String scheme, Configuration hadoop)
            throws IOException {
        try {
            FileSystem.getFileSystemClass(scheme, hadoop);
        } catch (UnsupportedFileSystemException e) {
            String connector = CONNECTORS.get(scheme);
            throw connector == null ? unknown(subject, uri, scheme, e) : missing(subject, uri, connector, e);
        } catch (RuntimeException e) { // a class that Hadoop's defaults name and that is not there
            throw missing(subject, uri, CONNECTORS.getOrDefault(scheme, "of " + scheme), e);
        }
    }

    private static InputException unknown(String subject, String uri, String scheme, Exception cause) {
        String remedy = scheme.matches("s3n?")
                ? "give s3a: instead"
                : "give a local path, hdfs: or s3a:, or add the connector of " + scheme
                        + " with --packages or --jars, as for spark-submit";
        return new InputException(
                "%s %s has the scheme %s, which nothing here reads: %s".formatted(subject, uri, scheme, remedy), cause);
    }

    private static InputException missing(String subject, String uri, String connector, Throwable cause) {
        return new InputException(
                "%s %s needs the connector %s, which is not whole on the class path: add --packages %3$s, as for spark-submit"
                        .formatted(subject, uri, connector),
                cause);
    }

    /** A text as it may be shown: addresses in it without names, passwords, keys and signatures. */
    public static String withoutSecrets(String text) {
        String unsigned = SIGNATURE.matcher(text).replaceAll("$1?***");
        return CREDENTIALS.matcher(unsigned).replaceAll("$1***@");
    }
}
