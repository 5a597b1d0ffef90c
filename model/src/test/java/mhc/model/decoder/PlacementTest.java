package mhc.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import mhc.datasets.InputException;
import org.junit.jupiter.api.Test;

class PlacementTest {
    /** A program of an embedding, layers of one weight each and a head, of these sizes. */
    private static Program program(long... sizes) {
        List<TensorSpec> tensors = new ArrayList<>();
        for (long size : sizes) {
            tensors.add(TensorSpec.of("w" + tensors.size(), size));
        }
        List<Integer> starts = IntStream.range(1, sizes.length).boxed().toList();
        return new Program(tensors, starts, false, new PlainResidual(1e-6), new Script(Map.of()));
    }

    private static Placement place(int devices, long... sizes) {
        return Placement.of(program(sizes), devices, TensorSpec::elements);
    }

    @Test
    void theFullestDeviceHasAsLittleAsCanBe() {
        Placement two = place(2, 5, 1, 1, 1, 1, 1, 1);
        assertThat(two.firstLayers()).containsExactly(0, 1);
        assertThat(two.bytes()).containsExactly(6L, 5L);
        assertThat(IntStream.range(0, 7).map(two::deviceOf)).containsExactly(0, 0, 1, 1, 1, 1, 1);
        assertThat(place(1, 5, 1, 1, 9).bytes()).containsExactly(16L);
        Placement each = place(3, 0, 1, 1, 100, 0);
        assertThat(each.firstLayers()).containsExactly(0, 1, 2);
        assertThat(each.lastLayer(0)).isZero();
        assertThat(each.lastLayer(2)).isEqualTo(2);
    }

    /** Against all ways to cut. */
    @Test
    void noOtherPlacementIsBetter() {
        Random random = new Random(3);
        for (int trial = 0; trial < 200; trial++) {
            int layers = 1 + random.nextInt(7);
            int devices = 1 + random.nextInt(layers);
            long[] sizes = random.longs(layers + 2, 1, 20).toArray();
            Placement placement = place(devices, sizes);
            long most = placement.bytes().stream().max(Long::compare).orElseThrow();
            long[] costs = Arrays.copyOfRange(sizes, 1, layers + 1);
            costs[0] += sizes[0];
            costs[layers - 1] += sizes[layers + 1];
            assertThat(placement.devices()).isEqualTo(devices);
            assertThat(most).isEqualTo(best(costs, 0, devices));
        }
    }

    private static long best(long[] costs, int from, int devices) {
        if (devices == 1) {
            return Arrays.stream(costs, from, costs.length).sum();
        }
        long best = Long.MAX_VALUE;
        for (int cut = from + 1; cut <= costs.length - devices + 1; cut++) {
            long most = Math.max(Arrays.stream(costs, from, cut).sum(), best(costs, cut, devices - 1));
            best = Math.min(best, most);
        }
        return best;
    }

    @Test
    void refusesMoreDevicesThanLayersAndMoreThanADeviceHolds() {
        assertThatThrownBy(() -> place(3, 1, 1, 1, 1))
                .isInstanceOf(InputException.class)
                .hasMessage("inference.devices names 3 devices for a model of 2 layers: name at most one for each"
                        + " layer.");
        Placement placement = place(2, 0, 3_000_000_000L, 4_000_000_000L, 0);
        List<String> names = List.of("cuda:0", "cuda:1");
        assertThatCode(() -> placement.requireFit(names, placement.bytes(), List.of(0L, 4_000_000_000L)))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> placement.requireFit(names, placement.bytes(), List.of(0L, 3_999_999_999L)))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("Layers 1 to 1 of the model need 4.00 GB on device cuda:1, which has 4.00 GB:");
    }
}
