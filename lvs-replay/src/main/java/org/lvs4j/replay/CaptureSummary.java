package org.lvs4j.replay;

import java.util.List;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.plane.PacketDecision;

/**
 * What came of a capture. Immutable.
 *
 * @param frames frames read
 * @param packets whole IP packets among them; each was forwarded, answered, passed, dropped or held
 * @param cut IP packets of which the capture has only the start; left out
 * @param other frames that hold something else, such as ARP; left out
 * @param unknownLink frames of a link type that is not known; left out
 * @param wrongChecksums packets that came with a wrong checksum, repaired or not
 * @param unfinishedChecksums packets whose checksum was left to a network card when they were captured; finished
 * @param toServers packets forwarded to a real server
 * @param toClients packets forwarded to a client
 * @param answered packets answered by the director itself, as with an ICMP error
 * @param passed packets that are not the director's
 * @param dropped packets dropped, malformed ones among them
 * @param held fragments kept until the others came
 * @param emitted packets that came out
 * @param backwards frames with an earlier time than one before them
 * @param pausesCut pauses of days in which nothing was left that could end, and which were not waited for to their end
 * @param spanNanos the time from the first frame to the last
 * @param cutShort whether the capture ended in the middle of a record
 * @param services the services with their servers and what they have counted; unmodifiable
 */
public record CaptureSummary(
        long frames,
        long packets,
        long cut,
        long other,
        long unknownLink,
        long wrongChecksums,
        long unfinishedChecksums,
        long toServers,
        long toClients,
        long answered,
        long passed,
        long dropped,
        long held,
        long emitted,
        long backwards,
        long pausesCut,
        long spanNanos,
        boolean cutShort,
        List<ServiceSnapshot> services) {
    /** Takes a copy of the list. */
    public CaptureSummary {
        services = List.copyOf(services);
    }

    /** The same while it grows. */
    static final class Counts {
        long frames;
        long packets;
        long cut;
        long other;
        long unknownLink;
        long wrongChecksums;
        long unfinishedChecksums;
        long emitted;
        long backwards;
        long pausesCut;
        boolean cutShort;
        private long toServers;
        private long toClients;
        private long answered;
        private long passed;
        private long dropped;
        private long held;

        void count(long verdict) {
            switch (PacketDecision.action(verdict)) {
                case SEND, ROUTE_DIRECT -> {
                    if (PacketDecision.serverId(verdict) == PacketDecision.NO_SERVER) {
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
                    other,
                    unknownLink,
                    wrongChecksums,
                    unfinishedChecksums,
                    toServers,
                    toClients,
                    answered,
                    passed,
                    dropped,
                    held,
                    emitted,
                    backwards,
                    pausesCut,
                    spanNanos,
                    cutShort,
                    services);
        }
    }
}
