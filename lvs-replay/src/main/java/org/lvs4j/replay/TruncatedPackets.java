package org.lvs4j.replay;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Packets of which a capture has only the start, because of its snapshot length. The director sees such a packet in its
 * whole length, with zeros for the missing bytes, which it neither reads nor changes: it adjusts checksums by what it
 * rewrites. The emitted packet loses the missing bytes again. Belongs to one thread.
 */
final class TruncatedPackets {
    private final ByteBuffer whole = ByteBuffer.allocate(IpPacket.IPV6_BYTES + IpPacket.MAX_BYTES);
    private final List<byte[]> emitted = new ArrayList<>();
    private int missing;

    /**
     * The whole packet, from position to limit, valid until the next call.
     *
     * @param start the captured bytes, from position to limit
     * @return null if headers are missing, if its length is not known, or if it is a fragment, whose missing bytes
     *     would be within the reassembled packet
     */
    @Nullable
    ByteBuffer complete(ByteBuffer start) {
        int at = start.position();
        int captured = start.remaining();
        boolean v4 = start.get(at) >> 4 == 4;
        if (captured < (v4 ? IpPacket.IPV4_BYTES : IpPacket.IPV6_BYTES)) {
            return null;
        }
        int length = v4 ? start.getShort(at + 2) & 0xFFFF : IpPacket.IPV6_BYTES + (start.getShort(at + 4) & 0xFFFF);
        if (length <= captured) {
            return null;
        }
        whole.clear().put(0, start, at, captured);
        for (int i = captured; i < length; i++) {
            whole.put(i, (byte) 0);
        }
        IpPacket packet = IpPacket.read(whole.limit(length), 0, length);
        if (packet == null || packet.fragment() || captured < packet.transport() + packet.leastTransportBytes()) {
            return null;
        }
        if (v4 && whole.getShort(10) == 0) {
            InternetChecksum.write(whole, 10, 0, (whole.get(0) & 0xF) * 4, 0);
        }
        missing = length - captured;
        emitted.clear();
        return whole;
    }

    /** Adds an emitted packet, from position to limit. */
    void emit(ByteBuffer packet) {
        byte[] bytes = new byte[packet.remaining()];
        packet.get(packet.position(), bytes);
        emitted.add(bytes);
    }

    /**
     * The emitted packets in order, each from position to limit without the bytes that the capture does not have; their
     * capacity is the length of the packet. Several are fragments of one: the last ones lose their payload first.
     */
    List<ByteBuffer> emitted() {
        List<ByteBuffer> packets = new ArrayList<>();
        int left = missing;
        for (int i = emitted.size() - 1; i >= 0; i--) {
            byte[] bytes = emitted.get(i);
            int header = bytes[0] >> 4 == 4 ? (bytes[0] & 0xF) * 4 : IpPacket.IPV6_BYTES;
            int lost = Math.min(left, bytes.length - header);
            left -= lost;
            packets.add(0, ByteBuffer.wrap(bytes).limit(bytes.length - lost));
        }
        return packets;
    }
}
