package org.lvs4j.replay;

import java.util.List;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.plane.PacketDecision;

/**
 * The result of a {@link CaptureReplay} so far. Immutable.
 *
 * @param frames frames read
 * @param packets IP packets that the director saw; each was forwarded, answered, passed, dropped or held
 * @param cut truncated IP packets, of which the capture has only the start; not replayed
 * @param truncated truncated IP packets that were replayed as far as they go; part of {@code packets}
 * @param other frames of another protocol, such as ARP; not replayed
 * @param unknownLink frames of an unsupported link type; not replayed
 * @param wrongChecksums packets with a wrong checksum, corrected or not
 * @param unfinishedChecksums packets whose checksum or length was left to a network card; completed
 * @param segmented TCP packets of more than 65,535 bytes (BIG TCP, jumbograms), cut into the largest packets that IP
 *     can carry
 * @param large other packets of more than 65,535 bytes; not replayed
 * @param toServers packets forwarded to a real server
 * @param toClients packets forwarded to a client
 * @param answered packets that the director answered with an ICMP error
 * @param passed packets that belong to no service and no connection
 * @param dropped packets dropped, including malformed ones
 * @param held fragments kept until their packet was complete
 * @param emitted packets that the director emitted
 * @param backwards frames with an earlier timestamp than a frame before them
 * @param spanNanos the time from the first frame to the latest one, in nanoseconds
 * @param cutShort whether the capture ended in the middle of a record
 * @param services the services with their servers and counters; unmodifiable
 */
public record CaptureSummary(
        long frames,
        long packets,
        long cut,
        long truncated,
        long other,
        long unknownLink,
        long wrongChecksums,
        long unfinishedChecksums,
        long segmented,
        long large,
        long toServers,
        long toClients,
        long answered,
        long passed,
        long dropped,
        long held,
        long emitted,
        long backwards,
        long spanNanos,
        boolean cutShort,
        List<ServiceSnapshot> services) {
    /** Copies the list. */
    public CaptureSummary {
        services = List.copyOf(services);
    }

    /** The counts of a replay in progress. Belongs to one thread. */
    static final class Counts {
        long frames;
        long packets;
        long cut;
        long truncated;
        long other;
        long unknownLink;
        long wrongChecksums;
        long unfinishedChecksums;
        long segmented;
        long large;
        long emitted;
        long backwards;
        boolean cutShort;
        private long toServers;
        private long toClients;
        private long answered;
        private long passed;
        private long dropped;
        private long held;

        void count(long decision) {
            switch (PacketDecision.action(decision)) {
                case SEND, ROUTE_DIRECT -> {
                    if (PacketDecision.serverId(decision) == PacketDecision.NO_SERVER) {
                        toClients++;
                    } else {
                        toServers++;
                    }
                }
                case ANSWER -> answered++;
                case PASS -> passed++;
                case DROP -> dropped++;
                case HOLD -> held++;
            }
        }

        CaptureSummary summary(long spanNanos, List<ServiceSnapshot> services) {
            return new CaptureSummary(
                    frames,
                    packets,
                    cut,
                    truncated,
                    other,
                    unknownLink,
                    wrongChecksums,
                    unfinishedChecksums,
                    segmented,
                    large,
                    toServers,
                    toClients,
                    answered,
                    passed,
                    dropped,
                    held,
                    emitted,
                    backwards,
                    spanNanos,
                    cutShort,
                    services);
        }
    }
}
