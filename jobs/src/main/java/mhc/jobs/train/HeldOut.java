package mhc.jobs.train;

import java.nio.file.Path;
import java.util.List;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * The loss of one model on one row of text that training does not read.
 *
 * @param step steps that were done
 * @param row from zero; the same text for every model and step
 * @param loss mean over the row's tokens, in nats
 */
record HeldOut(long step, int row, double loss) {
    private static final MessageType SCHEMA = MessageTypeParser.parseMessageType("""
            message held_out {
              required binary model (STRING);
              required int64 step;
              required int32 row;
              required double loss;
            }
            """);

    static void write(Path file, String model, List<HeldOut> rows) {
        new RowFile(file, SCHEMA).write(rows, (group, row) -> group.append("model", model)
                .append("step", row.step())
                .append("row", row.row())
                .append("loss", row.loss()));
    }

    static List<HeldOut> read(Path file) {
        return new RowFile(file, SCHEMA)
                .read(
                        "held-out losses",
                        row -> new HeldOut(row.getLong("step", 0), row.getInteger("row", 0), row.getDouble("loss", 0)));
    }
}
