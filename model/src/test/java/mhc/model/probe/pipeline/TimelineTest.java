package mhc.model.probe.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xml.sax.InputSource;

class TimelineTest {
    private static final PipelinePlan LARGE = Plans.LARGE;

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8})
    void siteMovesWhatThePaperCounts(int n) {
        // Products that take no time: with many streams they, not the traffic, would decide.
        PipelinePlan traffic = LARGE.with(LARGE.machine().scaled(1e9, 1, 1));
        KernelTimes times = new KernelTimes(traffic.with(new Streams(n, true, false)));
        double oneWidth = LARGE.machine()
                .memorySeconds(2.0 * LARGE.step().tokens() * LARGE.shape().hidden());
        assertThat(times.read(Pass.FORWARD) + times.write(Pass.FORWARD))
                .isCloseTo((4 * n + 4) * oneWidth, within(1e-12));
        assertThat(times.recompute(3))
                .isCloseTo(6 * times.read(Pass.FORWARD) + 5 * times.write(Pass.FORWARD), within(1e-12));
        assertThat(times.send()).isCloseTo(n * new KernelTimes(LARGE.plain()).send(), within(1e-12));
    }

    @Test
    void stagesShareOutLayersAndHead() {
        assertThat(Timeline.of(LARGE).stages()).containsExactly(4, 4, 4, 4, 4, 4, 4, 2);
    }

    @Test
    void everythingIsComputedOnce() {
        Timeline timeline = Timeline.of(LARGE);
        KernelTimes times = new KernelTimes(LARGE);
        double attention = 0;
        for (int rank = 0; rank < 8; rank++) {
            attention += timeline.of(rank)
                    .filter(run -> run.task().kernel() == Kernel.ATTENTION
                            && run.task().pass() == Pass.FORWARD)
                    .mapToDouble(Ran::seconds)
                    .sum();
        }
        assertThat(attention).isCloseTo(32 * 30 * times.attention(Pass.FORWARD), within(1e-9));
    }

    /** Where nothing but products takes time, a pair takes as long as the products of the longest stage. */
    @Test
    void aFreeNetworkAndMemoryLeaveTheProducts() {
        PipelinePlan products = LARGE.with(LARGE.machine().scaled(1, 1e9, 1e9));
        KernelTimes times = new KernelTimes(products);
        double layer = 3 * times.feedForward();
        for (Pass pass : Pass.values()) {
            layer += times.attention(pass);
        }
        Timeline timeline = Timeline.of(products);
        double last = 2 * layer + 3 * times.head();
        // The coefficients' projections are products as well.
        assertThat(timeline.pairSeconds()).isBetween(4 * layer, Math.max(4 * layer, last) * 1.03);
        assertThat(timeline.bubble()).isLessThan(0.15);
    }

    @Test
    void streamsAreWrittenWhereTheExtensionsSay() {
        assertThat(lanesOfWrites(LARGE)).containsExactly(Lane.PRIORITY);
        assertThat(lanesOfWrites(LARGE.with(Extensions.NONE))).containsExactly(Lane.COMPUTE);
        assertThat(lanesOfWrites(LARGE.plain())).containsExactly(Lane.COMMUNICATION);
    }

    private static List<Lane> lanesOfWrites(PipelinePlan plan) {
        return Timeline.of(plan)
                .of(0)
                .filter(run -> run.task().kernel() == Kernel.WRITE)
                .map(run -> run.task().lane())
                .distinct()
                .toList();
    }

    @Test
    void decoupledRecomputingBeginsBeforeTheGradientComes() {
        assertThat(recomputedInTime(LARGE)).isPositive();
        assertThat(recomputedInTime(LARGE.with(new Extensions(true, true, false))))
                .isZero();
    }

    /** Chunks of direction 0 whose streams rank 3 recomputes before rank 4 has sent their gradient. */
    private static long recomputedInTime(PipelinePlan plan) {
        Timeline timeline = Timeline.of(plan);
        Map<Chunk, Double> sent = timeline.of(4)
                .filter(run -> run.task().kernel() == Kernel.SEND && run.task().pass() == Pass.BACKWARD)
                .filter(run -> run.task().op().backward().orElseThrow().direction() == 0)
                .collect(Collectors.toMap(run -> run.task().op().backward().orElseThrow(), Ran::to));
        return timeline.of(3)
                .filter(run -> run.task().kernel() == Kernel.RECOMPUTE)
                .filter(run -> run.from()
                        < sent.getOrDefault(run.task().op().backward().orElseThrow(), Double.NEGATIVE_INFINITY))
                .count();
    }

    @Test
    void recomputingKeepsLess() {
        MemoryUse plain = MemoryUse.of(Timeline.of(LARGE.plain()), 0);
        MemoryUse recomputed = MemoryUse.of(Timeline.of(LARGE), 0);
        MemoryUse kept = MemoryUse.of(Timeline.of(LARGE.with(new Streams(4, false, false))), 0);
        assertThat(plain.activations()).isLessThan(recomputed.activations());
        assertThat(recomputed.activations()).isLessThan(kept.activations());
        assertThat(plain.weights()).isEqualTo(kept.weights());
    }

    @Test
    void extensionsHelp() {
        List<Overhead> overheads = Overhead.ofExtensions(LARGE);
        Map<String, Double> pairs = overheads.stream().collect(Collectors.toMap(Overhead::what, Overhead::pair));
        double given = pairs.get("as given");
        assertThat(given).isBetween(0.03, 0.2);
        assertThat(pairs.get("no stream of high priority")).isGreaterThan(given);
        assertThat(pairs.get("persistent attention")).isGreaterThan(given);
        assertThat(pairs.get("recompute after the gradient")).isGreaterThan(given);
        assertThat(pairs.get("none of the three"))
                .isEqualTo(pairs.values().stream().max(Double::compare).orElseThrow());
    }

    @Test
    void slowerProductsHideMore() {
        Map<String, Overhead> overheads =
                Overhead.ofAssumptions(LARGE).stream().collect(Collectors.toMap(Overhead::what, Function.identity()));
        double given = Overhead.of("as given", LARGE).pair();
        assertThat(overheads.get("products x 0.67").pair()).isLessThan(given);
        assertThat(overheads.get("memory x 0.67").pair()).isGreaterThan(given);
        assertThat(overheads.get("memory x 1.50").pair()).isLessThan(given);
        assertThat(overheads.get("gradients of reads in one kernel").pair()).isLessThan(given);
    }

    @Test
    void picturesAreXmlWithABoxForEachChunk() throws Exception {
        Timeline timeline = Timeline.of(LARGE);
        // 32 forward passes, 32 backward ones and postponed gradients; the background and four boxes of the legend.
        long postponed = 0;
        for (int rank = 0; rank < 8; rank++) {
            postponed += DualPipe.order(rank, 8, 32).stream()
                    .filter(op -> op.kind() == Op.Kind.WEIGHTS)
                    .count();
        }
        assertThat(boxes(TimelinePicture.ofStep(timeline))).isEqualTo((int) (8 * 64 + postponed + 5));
        assertThat(boxes(TimelinePicture.ofPair(timeline, 3))).isGreaterThan(40);
    }

    private static int boxes(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)))
                .getElementsByTagName("rect")
                .getLength();
    }
}
