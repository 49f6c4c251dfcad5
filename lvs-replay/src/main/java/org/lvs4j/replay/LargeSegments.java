package org.lvs4j.replay;

import java.nio.ByteBuffer;
import org.lvs4j.net.Protocol;

/**
 * Cuts TCP packets of more than 65,535 bytes (BIG TCP of Linux), and other jumbograms of TCP, into the largest packets
 * that IP can carry, as a network card cuts them into packets of the MTU: each has the headers of the large one, with
 * its own sequence number, length and checksums; FIN and PSH are on the last one only, CWR on the first one only. The
 * hop-by-hop header with the length of a jumbogram is left out. Belongs to one thread.
 */
final class LargeSegments {
    private static final int HOP_BY_HOP = 0;
    private static final int HOP_BY_HOP_BYTES = 8;
    private static final int OFFSET_AND_MORE = 0x3fff;
    private static final int FIN_AND_PSH = 0x09;
    private static final int CWR = 0x80;

    private final ByteBuffer segment = ByteBuffer.allocate(IpPacket.MAX_BYTES);
    private ByteBuffer packet = segment;
    private int start;
    private int ipBytes;
    private int tcp;
    private int headerBytes;
    private int payload;
    private int done;
    private int count;

    /**
     * Whether a packet from position to limit has no length in its header, because it is longer than that can tell or
     * is a jumbogram.
     */
    static boolean isLarge(ByteBuffer packet) {
        int at = packet.position();
        if (packet.get(at) >> 4 == 4) {
            return packet.remaining() > IpPacket.MAX_BYTES;
        }
        boolean jumbogram = packet.getShort(at + 4) == 0
                && packet.get(at + 6) == HOP_BY_HOP
                && packet.remaining() > IpPacket.IPV6_BYTES + HOP_BY_HOP_BYTES;
        return jumbogram || packet.remaining() > IpPacket.IPV6_BYTES + IpPacket.MAX_BYTES;
    }

    /**
     * Starts with a {@linkplain #isLarge large} packet.
     *
     * @return false if it is not TCP, or malformed
     */
    boolean start(ByteBuffer large) {
        packet = large;
        start = large.position();
        boolean v4 = large.get(start) >> 4 == 4;
        ipBytes = v4 ? (large.get(start) & 0xf) * 4 : IpPacket.IPV6_BYTES;
        tcp = start + ipBytes;
        int next = large.get(start + (v4 ? 9 : 6)) & 0xff;
        if (!v4 && next == HOP_BY_HOP && large.get(tcp + 1) == 0) {
            next = large.get(tcp) & 0xff;
            tcp += HOP_BY_HOP_BYTES;
        }
        boolean fragment = v4 && (large.getShort(start + 6) & OFFSET_AND_MORE) != 0;
        if (fragment || next != Protocol.TCP.number() || large.limit() - tcp < IpPacket.TCP_BYTES) {
            return false;
        }
        headerBytes = (large.get(tcp + 12) >> 4 & 0xf) * 4;
        payload = large.limit() - tcp - headerBytes;
        done = 0;
        count = 0;
        return ipBytes >= IpPacket.IPV4_BYTES && headerBytes >= IpPacket.TCP_BYTES && payload > 0;
    }

    boolean pending() {
        return done < payload;
    }

    /** The next segment, from position to limit, valid until the next call. */
    ByteBuffer next() {
        boolean v4 = packet.get(start) >> 4 == 4;
        int most = IpPacket.MAX_BYTES - headerBytes - ipBytes;
        int length = Math.min(most, payload - done);
        segment.clear();
        segment.put(0, packet, start, ipBytes);
        segment.put(ipBytes, packet, tcp, headerBytes);
        segment.put(ipBytes + headerBytes, packet, tcp + headerBytes + done, length);
        segment.limit(ipBytes + headerBytes + length);
        segment.putInt(ipBytes + 4, segment.getInt(ipBytes + 4) + done);
        int flags = segment.get(ipBytes + 13);
        flags &= done + length < payload ? ~FIN_AND_PSH : ~0;
        flags &= done > 0 ? ~CWR : ~0;
        segment.put(ipBytes + 13, (byte) flags);
        long pseudo;
        if (v4) {
            segment.putShort(2, (short) segment.limit());
            segment.putShort(4, (short) (segment.getShort(4) + count));
            InternetChecksum.write(segment, 10, 0, ipBytes, 0);
            pseudo = InternetChecksum.sum(segment, 12, 8);
        } else {
            segment.putShort(4, (short) (headerBytes + length));
            segment.put(6, (byte) Protocol.TCP.number());
            pseudo = InternetChecksum.sum(segment, 8, 32);
        }
        int bytes = headerBytes + length;
        InternetChecksum.write(segment, ipBytes + 16, ipBytes, bytes, pseudo + Protocol.TCP.number() + bytes);
        done += length;
        count++;
        return segment;
    }
}
