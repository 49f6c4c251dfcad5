package org.lvs4j.netty.tun;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;

/**
 * The firewall marks of packets by their destination, since the kernel does not pass its own marks to
 * the device. Immutable.
 */
final class Marks {
    private static final int IPV6_HEADER_BYTES = 40;

    private final List<Mark> marks;

    Marks(List<Mark> marks) {
        this.marks = List.copyOf(marks);
    }

    /**
     * A mark.
     *
     * @param protocol the protocol of the packets
     * @param endpoint the destination of the packets; port 0 stands for every port
     * @param mark the mark of the packets, not 0
     */
    record Mark(Protocol protocol, Endpoint endpoint, int mark) {}

    /** The addresses whose packets have a mark, with repetitions. */
    List<IpAddress> addresses() {
        List<IpAddress> addresses = new ArrayList<>();
        marks.forEach(mark -> addresses.add(mark.endpoint().address()));
        return addresses;
    }

    /** The mark of a packet, from position to limit; 0 if it has none. */
    int of(ByteBuffer packet) {
        return marks.isEmpty() ? 0 : find(packet);
    }

    private int find(ByteBuffer packet) {
        int at = packet.position();
        int length = packet.remaining();
        if (length < 24) {
            return 0;
        }
        boolean v4 = packet.get(at) >>> 4 == 4;
        int header = v4 ? (packet.get(at) & 0xF) * 4 : IPV6_HEADER_BYTES;
        if (length < header + 4) {
            return 0;
        }
        int protocol = packet.get(v4 ? at + 9 : at + 6) & 0xFF;
        long high = v4 ? 0 : packet.getLong(at + 24);
        long low = v4 ? packet.getInt(at + 16) & 0xFFFF_FFFFL : packet.getLong(at + 32);
        int port = packet.getShort(at + header + 2) & 0xFFFF;
        for (int i = 0; i < marks.size(); i++) {
            Mark mark = marks.get(i);
            IpAddress address = mark.endpoint().address();
            boolean hit = address.low() == low
                    && address.high() == high
                    && address.isV4() == v4
                    && (mark.endpoint().port() == 0 || mark.endpoint().port() == port)
                    && numberOf(mark.protocol()) == protocol;
            if (hit) {
                return mark.mark();
            }
        }
        return 0;
    }

    private static int numberOf(Protocol protocol) {
        return switch (protocol) {
            case TCP -> 6;
            case UDP -> 17;
            case SCTP -> 132;
        };
    }
}
