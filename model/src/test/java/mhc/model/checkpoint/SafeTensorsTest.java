package mhc.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import mhc.datasets.InputException;
import mhc.model.decoder.TensorSpec;
import mhc.model.engine.Tiny;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeTensorsTest {
    @TempDir
    Path folder;

    private Path write(String header, int dataBytes) throws IOException {
        return write(header.getBytes(StandardCharsets.UTF_8).length, header, dataBytes);
    }

    private Path write(long announced, String header, int dataBytes) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(announced).put(json);
        return Files.write(folder.resolve("some.safetensors"), file.array());
    }

    @Test
    void readsBackWhatWasWritten() {
        Path file = folder.resolve("some.safetensors");
        SafeTensorsWriter.write(
                file,
                List.of(
                        new SafeTensorsWriter.Named(TensorSpec.of("b", 2, 3), new float[] {1, 2, 3, 4, 5, 6}),
                        new SafeTensorsWriter.Named(TensorSpec.of("empty", 0, 3), new float[0]),
                        new SafeTensorsWriter.Named(TensorSpec.of("a", 1), new float[] {-7})));
        SafeTensors read = SafeTensors.open(file);
        assertThat(read.tensors().keySet()).containsExactlyInAnyOrder("b", "empty", "a");
        assertThat(read.tensors().get("b").shape()).containsExactly(2L, 3L);
        assertThat(read.map(read.tensors().get("b")).getFloat(5 * Float.BYTES)).isEqualTo(6);
        assertThat(read.map(read.tensors().get("a")).getFloat(0)).isEqualTo(-7);
        assertThat(read.tensors().get("empty").elements()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,12]}} | 12 | tensor a of type F32 and shape [2] takes 12 bytes, expected 8",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | 4 | tensor a lies at data bytes 0 to 8, the file has 4",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}} | 8 | tensor a lies at data bytes 8 to 0",
                "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}} | 8 | tensor a has shape [-2]",
                "{'a':{'dtype':'F32','shape':[4294967296,4294967296,4],'data_offsets':[0,8]}} | 8 | expected more than the file has",
                "{'a':{'dtype':'F99','shape':[2],'data_offsets':[0,8]}} | 8 | tensor a has dtype \"F99\"",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0]}} | 8 | tensor a has data_offsets [0]",
                "{'a':7} | 8 | tensor a has data_offsets",
                "{'a':{'dtype':'U8','shape':[4],'data_offsets':[0,4]},'b':{'dtype':'U8','shape':[4],'data_offsets':[2,6]}} | 6 | tensors overlap",
                "{'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2]},'b':{'dtype':'U8','shape':[2],'data_offsets':[4,6]}} | 6 | a gap",
                "{'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2]}} | 6 | has 6 bytes of data, expected 2",
                "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]},'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]}} | 1 | not valid JSON",
                "[1, 2] | 0 | no JSON object",
                "{'a': | 0 | not valid JSON"
            })
    void namesTheFileTheTensorAndTheFault(String header, int data, String sentence) throws IOException {
        Path file = write(header.replace('\'', '"'), data);
        assertThatThrownBy(() -> SafeTensors.open(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(sentence)
                .extracting(e -> e.getMessage().lines().count())
                .isEqualTo(1L);
    }

    @ParameterizedTest
    @CsvSource({"-1", "0", "1000", "9223372036854775807", "99999999"})
    void refusesAHeaderLongerThanTheFileBeforeReadingIt(long announced) throws IOException {
        Path file = write(announced, "{}", 0);
        assertThatThrownBy(() -> SafeTensors.open(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("announces a header of");
    }

    @Test
    void anyDamageToAHeaderIsASentenceOrHarmless() throws IOException {
        byte[] whole = Files.readAllBytes(Tiny.folder("mhc").resolve("model.safetensors"));
        int header = (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong() + 8;
        Random random = new Random(1);
        int refused = 0;
        for (int round = 0; round < 400; round++) {
            byte[] damaged = whole.clone();
            for (int i = 0; i <= round % 4; i++) {
                damaged[random.nextInt(header)] = (byte) random.nextInt(256);
            }
            int length = round % 5 == 0 ? random.nextInt(damaged.length) : damaged.length;
            Path file = Files.write(folder.resolve("damaged.safetensors"), java.util.Arrays.copyOf(damaged, length));
            try {
                SafeTensors.open(file);
            } catch (InputException e) {
                assertThat(e).hasMessageStartingWith(file.toString());
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(200);
    }
}
