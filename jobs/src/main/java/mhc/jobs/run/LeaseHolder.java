package mhc.jobs.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import mhc.datasets.InputException;

/**
 * Who owns a run directory, as its lease file says.
 *
 * @param id another one for each start; empty for nobody in particular
 * @param since when, in ISO 8601
 */
record LeaseHolder(String id, String host, long pid, String since) {
    static final LeaseHolder NOBODY = new LeaseHolder("", "an unknown host", 0, "an unknown time");

    private static final ObjectMapper JSON = new ObjectMapper();

    /** This process, anew at every call. */
    static LeaseHolder self() {
        return new LeaseHolder(
                UUID.randomUUID().toString(),
                hostName(),
                ProcessHandle.current().pid(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /** Of a text that may be torn: then nobody in particular. */
    static LeaseHolder of(String text) {
        try {
            JsonNode json = JSON.readTree(text);
            return new LeaseHolder(
                    json.path("id").asText(),
                    json.path("host").asText(NOBODY.host),
                    json.path("pid").asLong(),
                    json.path("since").asText(NOBODY.since));
        } catch (JsonProcessingException e) {
            return NOBODY;
        }
    }

    /** The text of its file at a heartbeat. */
    String text(long beat) {
        return JSON.createObjectNode()
                .put("id", id)
                .put("host", host)
                .put("pid", pid)
                .put("since", since)
                .put("beat", beat)
                .toString();
    }

    /** A process of this host that is not there any more needs no waiting. */
    boolean hasEnded(LeaseHolder asker) {
        return host.equals(asker.host) && ProcessHandle.of(pid).isEmpty();
    }

    /** What the owner before this one says of it. */
    InputException tookOver(String directory) {
        return new InputException("Run directory " + directory + " was taken over by " + this
                + ": this run ends; the shards that it committed stay");
    }

    /** What an owner says whose file is not there. */
    static InputException gone(String directory) {
        return new InputException("Run directory " + directory + " lost its " + RunLease.FILE
                + ", so that another run may be using it: this run ends; start it again to continue it");
    }

    @Override
    public String toString() {
        return "process " + pid + " on " + host + " since " + since;
    }
}
