package mhc.reports;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Amax gains of a model's residual mappings (arXiv 2512.24880, section 5.4), as {@code model gain --json} measures them.
 *
 * @param sites in the order of the layers
 */
record ModelGains(String model, List<Site> sites) {
    /**
     * Means over tokens.
     *
     * @param single of the site's own mapping
     * @param composite of the product of all mappings up to it
     */
    record Site(String name, double single, double singleBackward, double composite, double compositeBackward) {}

    static ModelGains of(String model, JsonNode json) {
        List<Site> sites = new ArrayList<>();
        for (JsonNode site : json.path("sites")) {
            sites.add(new Site(
                    site.path("site").asText(),
                    mean(site, "single_forward"),
                    mean(site, "single_backward"),
                    mean(site, "composite_forward"),
                    mean(site, "composite_backward")));
        }
        return new ModelGains(model, List.copyOf(sites));
    }

    private static double mean(JsonNode site, String gain) {
        return site.path(gain).path("mean").asDouble(Double.NaN);
    }
}
