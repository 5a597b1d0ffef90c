package mhc.model.decoder;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import mhc.datasets.InputException;

/**
 * Which of several devices holds which weights of a program: each some neighbouring layers, the first also what comes
 * before them and the last what comes after. The streams of a pass go from device to device once.
 *
 * @param firstLayers first layer of each device, ascending from 0
 * @param starts index of each layer's first weight in the program, and of the first one behind all layers
 * @param bytes of the weights of each device
 */
public record Placement(List<Integer> firstLayers, List<Integer> starts, List<Long> bytes) {
    public Placement {
        firstLayers = List.copyOf(firstLayers);
        starts = List.copyOf(starts);
        bytes = List.copyOf(bytes);
    }

    /**
     * Places a program so that the device with the most weights has as little as is possible.
     *
     * @param bytes that a weight takes
     * @throws InputException when there are more devices than layers
     */
    public static Placement of(Program program, int devices, ToLongFunction<TensorSpec> bytes) {
        List<Integer> starts = program.layerStarts();
        int layers = starts.size() - 1;
        if (devices > layers) {
            throw new InputException("inference.devices names " + devices + " devices for a model of " + layers
                    + " layers: name at most one for each layer.");
        }
        List<TensorSpec> tensors = program.tensors();
        long[] costs = IntStream.range(0, layers)
                .mapToLong(layer -> sum(tensors.subList(starts.get(layer), starts.get(layer + 1)), bytes))
                .toArray();
        costs[0] += sum(tensors.subList(0, starts.get(0)), bytes);
        costs[layers - 1] += sum(tensors.subList(starts.get(layers), tensors.size()), bytes);
        long low = 0;
        long high = IntStream.range(0, layers).mapToLong(layer -> costs[layer]).sum();
        while (low < high) {
            long middle = low + (high - low) / 2;
            if (firstLayers(costs, devices, middle).size() <= devices) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        List<Integer> firsts = firstLayers(costs, devices, low);
        List<Long> held = new ArrayList<>();
        for (int device = 0; device < devices; device++) {
            int end = device + 1 < devices ? firsts.get(device + 1) : layers;
            held.add(IntStream.range(firsts.get(device), end)
                    .mapToLong(layer -> costs[layer])
                    .sum());
        }
        return new Placement(firsts, starts, held);
    }

    private static long sum(List<TensorSpec> tensors, ToLongFunction<TensorSpec> bytes) {
        return tensors.stream().mapToLong(bytes).sum();
    }

    /** As many layers on each device as {@code most} bytes allow, but at least one for each device that follows. */
    private static List<Integer> firstLayers(long[] costs, int devices, long most) {
        List<Integer> firsts = new ArrayList<>(List.of(0));
        long held = 0;
        for (int layer = 0; layer < costs.length; layer++) {
            boolean othersNeedTheRest = devices - firsts.size() >= costs.length - layer;
            if (layer > firsts.get(firsts.size() - 1) && (held + costs[layer] > most || othersNeedTheRest)) {
                firsts.add(layer);
                held = 0;
            }
            held += costs[layer];
            if (held > most) {
                // One layer alone is more than that: such a bound has no placement.
                return IntStream.rangeClosed(0, devices).boxed().toList();
            }
        }
        return firsts;
    }

    public int devices() {
        return firstLayers.size();
    }

    /** First layer of a device. */
    public int firstLayer(int device) {
        return firstLayers.get(device);
    }

    /** Last layer of a device. */
    public int lastLayer(int device) {
        return (device + 1 < devices() ? firstLayers.get(device + 1) : starts.size() - 1) - 1;
    }

    /** Index of the device that holds a weight of the program. */
    public int deviceOf(int tensor) {
        int device = 0;
        while (device + 1 < devices() && tensor >= starts.get(firstLayers.get(device + 1))) {
            device++;
        }
        return device;
    }

    /**
     * Holds what each device needs against what it has.
     *
     * @param needed bytes of each device, weights and whatever else is planned
     * @param available bytes of each device; 0 where that is not known
     * @throws InputException naming the first device that has too little
     */
    public void requireFit(List<String> names, List<Long> needed, List<Long> available) {
        for (int device = 0; device < devices(); device++) {
            if (available.get(device) > 0 && needed.get(device) > available.get(device)) {
                throw new InputException(String.format(
                        java.util.Locale.ROOT,
                        "Layers %d to %d of the model need %.2f GB on device %s, which has %.2f GB: name more devices,"
                                + " or use inference.dtype bfloat16 or inference.weights stored.",
                        firstLayer(device),
                        lastLayer(device),
                        needed.get(device) / 1e9,
                        names.get(device),
                        available.get(device) / 1e9));
            }
        }
    }
}
