package mhc.reports;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import mhc.datasets.InputException;
import mhc.datasets.Location;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Where tables and pages go. Each is written under a hidden name beside its place and then moved there, so that a reader
 * sees the old one, for a moment none, or the new one, and never a part of one.
 */
final class ReportFolder {
    private final SparkSession spark;
    private final Path folder;
    private final FileSystem files;

    private ReportFolder(SparkSession spark, Path folder, FileSystem files) {
        this.spark = spark;
        this.folder = folder;
        this.files = files;
    }

    static ReportFolder at(SparkSession spark, String uri) {
        Location location =
                Location.of("Report directory", uri, spark.sparkContext().hadoopConfiguration());
        try {
            location.files().mkdirs(location.path());
            return new ReportFolder(spark, location.path(), location.files());
        } catch (IOException e) {
            throw unwritable(uri, e);
        }
    }

    /** Replaces the Parquet table {@code name} by one file with these rows in this order. */
    void writeTable(String name, List<Row> rows, StructType schema) {
        Path target = new Path(folder, name);
        Path fresh = new Path(folder, "_" + name + ".new");
        Path old = new Path(folder, "_" + name + ".old");
        try {
            files.delete(fresh, true);
            TableFile.write(
                    new Path(fresh, "part-00000.parquet"), spark.sparkContext().hadoopConfiguration(), rows, schema);
        } catch (IOException e) {
            throw unwritable(target.toString(), e);
        }
        replace(target, fresh, old);
    }

    private void replace(Path target, Path fresh, Path old) {
        try {
            files.delete(old, true);
            if (files.exists(target)) {
                rename(files, target, old);
            }
            rename(files, fresh, target);
            files.delete(old, true);
        } catch (IOException e) {
            throw unwritable(target.toString(), e);
        }
    }

    /** A new folder for tasks to write to; it is not seen before {@link #publish}. */
    ChunkFolder open(String name) {
        Path fresh = new Path(folder, "_" + name + ".new");
        try {
            files.delete(fresh, true);
            files.mkdirs(fresh);
        } catch (IOException e) {
            throw unwritable(fresh.toString(), e);
        }
        return new ChunkFolder(
                fresh.toString(),
                new SerializableConfiguration(spark.sparkContext().hadoopConfiguration()));
    }

    /** Replaces the folder {@code name} by what was written to it since {@link #open}. */
    void publish(String name) {
        replace(new Path(folder, name), new Path(folder, "_" + name + ".new"), new Path(folder, "_" + name + ".old"));
    }

    /** Removes the folder {@code name}, published or not. */
    void remove(String name) {
        try {
            files.delete(new Path(folder, "_" + name + ".new"), true);
            files.delete(new Path(folder, name), true);
        } catch (IOException e) {
            throw unwritable(name, e);
        }
    }

    private static void rename(FileSystem files, Path from, Path to) throws IOException {
        if (!files.rename(from, to)) {
            throw new IOException("cannot rename " + from + " to " + to);
        }
    }

    /** Replaces the file {@code name}. */
    void writeText(String name, String text) {
        Path target = new Path(folder, name);
        Path fresh = new Path(folder, "." + name + ".new");
        try {
            // On a local disk: no checksum file beside a page, and a rename that replaces at once.
            FileSystem plain = files instanceof LocalFileSystem local ? local.getRawFileSystem() : files;
            try (OutputStream out = plain.create(fresh, true)) {
                out.write(text.getBytes(StandardCharsets.UTF_8));
            }
            if (plain == files) {
                plain.delete(target, false);
            }
            rename(plain, fresh, target);
        } catch (IOException e) {
            throw unwritable(target.toString(), e);
        }
    }

    private static InputException unwritable(String what, Exception cause) {
        return new InputException(
                "Report " + what + " cannot be written (" + cause.getMessage()
                        + "): give a writable directory to --out",
                cause);
    }
}
