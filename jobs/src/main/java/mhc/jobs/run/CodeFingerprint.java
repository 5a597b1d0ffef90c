package mhc.jobs.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import mhc.datasets.Sha256;

/**
 * What code is made of: SHA-256 over names, sizes and CRC-32 of classes and resources, whether they lie in a jar or in
 * folders. Tells builds apart where a commit does not.
 */
final class CodeFingerprint {
    private CodeFingerprint() {}

    /**
     * The fingerprint of some code.
     *
     * @param packages path of a package, such as {@code mhc/model/}; what lies below it counts
     * @param members a class of each jar or folder that may hold some of it
     */
    static String of(String packages, Class<?>... members) {
        TreeSet<Path> sources = new TreeSet<>();
        for (Class<?> member : members) {
            sources.add(source(member));
        }
        return of(packages, List.copyOf(sources));
    }

    static String of(String packages, List<Path> sources) {
        TreeMap<String, String> files = new TreeMap<>();
        for (Path source : sources) {
            try {
                if (Files.isDirectory(source)) {
                    addFolder(source, packages, files);
                } else {
                    addJar(source, packages, files);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("The program cannot be read from " + source, e);
            }
        }
        return Sha256.of(files.toString());
    }

    private static Path source(Class<?> member) {
        try {
            return Path.of(
                    member.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void addFolder(Path folder, String packages, TreeMap<String, String> files) throws IOException {
        if (!Files.isDirectory(folder.resolve(packages))) {
            return;
        }
        try (Stream<Path> found = Files.walk(folder.resolve(packages))) {
            for (Path file : found.filter(Files::isRegularFile).toList()) {
                byte[] content = Files.readAllBytes(file);
                CRC32 check = new CRC32();
                check.update(content);
                add(folder.relativize(file).toString().replace('\\', '/'), content.length, check.getValue(), files);
            }
        }
    }

    private static void addJar(Path jar, String packages, TreeMap<String, String> files) throws IOException {
        try (JarFile open = new JarFile(jar.toFile())) {
            for (Enumeration<JarEntry> entries = open.entries(); entries.hasMoreElements(); ) {
                JarEntry entry = entries.nextElement();
                if (!entry.isDirectory() && entry.getName().startsWith(packages)) {
                    add(entry.getName(), entry.getSize(), entry.getCrc(), files);
                }
            }
        }
    }

    private static void add(String name, long size, long check, TreeMap<String, String> files) {
        files.put(name, size + " " + check);
    }
}
