package mhc.jobs.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mhc.model.probe.AmaxGain;
import mhc.model.probe.AmaxGain.Spread;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * Amax gains of one sublayer's stream matrix on one row of text (arXiv 2512.24880, section 5.4), as {@link AmaxGain}
 * defines them.
 *
 * @param step steps that were done
 * @param site 2i for the attention and 2i + 1 for the feed-forward of layer i
 * @param composite forward gain of the product of all sites up to this one, {@code compositeBackward} its backward one
 */
record SiteGain(long step, int site, Spread forward, Spread backward, Spread composite, Spread compositeBackward) {
    private static final MessageType SCHEMA = MessageTypeParser.parseMessageType("""
            message gain {
              required binary model (STRING);
              required int64 step;
              required int32 site;
              required double single_forward;
              required double single_forward_max;
              required double single_backward;
              required double single_backward_max;
              required double composite_forward;
              required double composite_forward_max;
              required double composite_backward;
              required double composite_backward_max;
            }
            """);
    private static final List<String> COLUMNS =
            List.of("single_forward", "single_backward", "composite_forward", "composite_backward");

    /** Of every site at one step. */
    static List<SiteGain> of(long step, List<AmaxGain.Site> sites) {
        List<SiteGain> gains = new ArrayList<>();
        for (AmaxGain.Site site : sites) {
            gains.add(new SiteGain(
                    step,
                    gains.size(),
                    site.single(),
                    site.singleBackward(),
                    site.composite(),
                    site.compositeBackward()));
        }
        return gains;
    }

    private List<Spread> spreads() {
        return List.of(forward, backward, composite, compositeBackward);
    }

    static void write(Path file, String model, List<SiteGain> rows) {
        new RowFile(file, SCHEMA).write(rows, (group, row) -> {
            group.append("model", model).append("step", row.step()).append("site", row.site());
            for (int i = 0; i < COLUMNS.size(); i++) {
                Spread spread = row.spreads().get(i);
                group.append(COLUMNS.get(i), spread.mean()).append(COLUMNS.get(i) + "_max", spread.max());
            }
        });
    }

    static List<SiteGain> read(Path file) {
        return new RowFile(file, SCHEMA)
                .read(
                        "gains",
                        row -> new SiteGain(
                                row.getLong("step", 0),
                                row.getInteger("site", 0),
                                spread(row, 0),
                                spread(row, 1),
                                spread(row, 2),
                                spread(row, 3)));
    }

    private static Spread spread(Group row, int column) {
        String name = COLUMNS.get(column);
        return new Spread(row.getDouble(name, 0), row.getDouble(name + "_max", 0));
    }
}
