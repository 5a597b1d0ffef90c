package mhc.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFolderTest {
    @TempDir
    private Path folder;

    private TextFolder open(long seed) {
        return TextFolder.open(folder.toString(), seed, new Configuration());
    }

    private static List<String> documents(Documents text, int from, int to) {
        return IntStream.range(from, to).mapToObj(text::document).toList();
    }

    @Test
    void everyFileComesOnceARoundInAnOrderOfTheSeed() throws IOException {
        Files.createDirectories(folder.resolve("deep/er"));
        for (int i = 0; i < 9; i++) {
            Files.writeString(
                    folder.resolve(i % 2 == 0 ? "deep/er/%d.txt".formatted(i) : i + ".md"), "text %d\n\n".formatted(i));
        }
        Files.writeString(folder.resolve("blank.txt"), " \n");
        Files.writeString(folder.resolve("picture.png"), "no text");
        Files.writeString(folder.resolve(".hidden.txt"), "hidden");
        TextFolder text = open(1);
        assertThat(text.size()).isEqualTo(9);
        List<String> first = documents(text, 0, 9);
        List<String> second = documents(text, 9, 18);
        assertThat(first)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 9).mapToObj(i -> "text " + i).toList());
        assertThat(second).containsExactlyInAnyOrderElementsOf(first).isNotEqualTo(first);
        assertThat(documents(open(1), 0, 18))
                .startsWith(first.toArray(String[]::new))
                .endsWith(second.toArray(String[]::new));
        assertThat(documents(open(2), 0, 9)).isNotEqualTo(first);
    }

    @Test
    void aFolderWithoutTextIsOneSentence() throws IOException {
        Files.writeString(folder.resolve("blank.txt"), "\n \n");
        Files.writeString(folder.resolve("table.csv"), "a,b");
        assertThatThrownBy(() -> open(1))
                .isInstanceOf(InputException.class)
                .hasMessage(folder
                        + ": there is no text in it; name a folder that holds .txt or .md files which are not blank");
    }

    @Test
    void bytesThatAreNoTextAreNamed() throws IOException {
        Files.write(folder.resolve("latin.txt"), new byte[] {'a', (byte) 0xe9, 'b'});
        assertThatThrownBy(() -> open(1)).isInstanceOf(InputException.class).hasMessageContaining("latin.txt");
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> TextFolder.open(folder + "/none", 1, new Configuration()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no such folder");
    }
}
