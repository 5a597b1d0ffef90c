package mhc.jobs.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tells one build from another. */
class BuildInfoTest {
    @TempDir
    private Path folder;

    private static String identity(String commit) {
        return new BuildInfo("0.1.0", commit, "4", "0", "2").identity();
    }

    @Test
    void aCommitNamesABuildUnlessFilesWereChanged() {
        assertThat(identity("528f783c12ab")).isEqualTo("0.1.0 528f783c12ab");
        assertThat(identity("528f783c12ab-dirty")).matches("0\\.1\\.0 528f783c12ab-dirty [0-9a-f]{12}");
        assertThat(identity("unknown")).matches("0\\.1\\.0 unknown [0-9a-f]{12}");
    }

    @Test
    void answersDependOnTheEngineToo() {
        assertThat(new BuildInfo("0.1.0", "a", "4", "0", "2.7.1").inference())
                .isEqualTo(new BuildInfo("0.2.0", "b", "5", "0", "2.7.1").inference())
                .isNotEqualTo(new BuildInfo("0.1.0", "a", "4", "0", "2.8.0").inference());
    }

    @Test
    void theSameCodeHasTheSameFingerprintInFoldersAndInAJar() throws IOException {
        Path first = write(folder.resolve("first"), "mhc/model/A.class", "a");
        Path second = write(folder.resolve("second"), "mhc/model/B.class", "b");
        write(second, "mhc/jobs/C.class", "c");
        Path jar = folder.resolve("all.jar");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out)) {
            for (String name : List.of("mhc/model/B.class", "mhc/jobs/C.class", "mhc/model/A.class", "other/D.class")) {
                entries.putNextEntry(new JarEntry(name));
                entries.write(name.substring(name.indexOf(".class") - 1, name.indexOf(".class"))
                        .toLowerCase(Locale.ROOT)
                        .getBytes(StandardCharsets.US_ASCII));
                entries.closeEntry();
            }
        }

        String fingerprint = CodeFingerprint.of("mhc/", List.of(first, second));

        assertThat(CodeFingerprint.of("mhc/", List.of(jar))).isEqualTo(fingerprint);
        assertThat(CodeFingerprint.of("mhc/model/", List.of(first, second)))
                .isEqualTo(CodeFingerprint.of("mhc/model/", List.of(jar)))
                .isNotEqualTo(fingerprint);
        write(second, "mhc/jobs/C.class", "d");
        assertThat(CodeFingerprint.of("mhc/", List.of(first, second))).isNotEqualTo(fingerprint);
    }

    private static Path write(Path root, String name, String content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        return root;
    }
}
