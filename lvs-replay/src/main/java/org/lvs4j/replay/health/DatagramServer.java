package org.lvs4j.replay.health;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * A server of datagrams. Kind {@code udp}: option {@code reply} in hexadecimal digits, or an echo; mode {@code silent}.
 * Kind {@code dns}: options {@code rcode} and {@code answer}; modes {@code silent}, {@code badid}, {@code noqr}, {@code
 * tc}, {@code short}, {@code twice-bad-good}.
 */
final class DatagramServer implements Conversation {
    private static final int DNS_HEADER_BYTES = 12;
    private static final int SHORT_BYTES = 8;
    private static final int FLAG_QR = 0x80;
    private static final int FLAG_TC = 0x02;
    private static final byte[] ANSWER = HexFormat.of().parseHex("c00c0001000100000e100004c0000201");

    private final SimulatedServer server;

    DatagramServer(SimulatedServer server) {
        this.server = server;
    }

    @Override
    public void accepted(Channel channel) {}

    @Override
    public void received(Channel channel, ByteBuffer bytes) {
        byte[] request = new byte[bytes.remaining()];
        bytes.get(request);
        long delay = server.millis("delay");
        if (server.is("silent")) {
            return;
        }
        if (server.kind().equals("dns")) {
            if (request.length >= DNS_HEADER_BYTES) {
                if (server.is("twice-bad-good")) {
                    channel.send(delay, dnsReply(request, "badid"));
                    channel.send(delay, dnsReply(request, "badid"));
                }
                String mode = server.option("mode");
                channel.send(delay, dnsReply(request, mode == null ? "" : mode));
            }
            return;
        }
        String reply = server.option("reply");
        channel.send(delay, ByteBuffer.wrap(reply == null ? request : hex(reply)));
    }

    private static byte[] hex(String text) {
        return text.matches("([0-9a-fA-F]{2})*") ? HexFormat.of().parseHex(text) : new byte[0];
    }

    private ByteBuffer dnsReply(byte[] request, String mode) {
        boolean answer = "1".equals(server.option("answer"));
        ByteBuffer reply = ByteBuffer.allocate(request.length + (answer ? ANSWER.length : 0));
        reply.put(request);
        if (answer) {
            reply.put(ANSWER);
            reply.putShort(6, (short) 1);
        }
        int flags = request[2] | (mode.equals("noqr") ? 0 : FLAG_QR) | (mode.equals("tc") ? FLAG_TC : 0);
        reply.put(2, (byte) flags);
        reply.put(3, (byte) (0x80 | (SimulatedServer.number(server.option("rcode")) & 0xF)));
        if (mode.equals("badid")) {
            reply.put(0, (byte) (reply.get(0) ^ 0x55));
        }
        reply.flip();
        return mode.equals("short") ? reply.limit(Math.min(reply.limit(), SHORT_BYTES)) : reply;
    }

    @Override
    public void clientClosed(Channel channel) {}
}
