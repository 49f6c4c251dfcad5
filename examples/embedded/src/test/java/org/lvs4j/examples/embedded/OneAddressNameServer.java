package org.lvs4j.examples.embedded;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A name server that has one IPv4 address for every name, and nothing else. */
final class OneAddressNameServer implements AutoCloseable {
    private static final int HEADER = 12;
    private static final int TYPE_A = 1;

    private final DatagramSocket socket;
    private final byte[] address;

    OneAddressNameServer(int... address) throws IOException {
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
        this.address = new byte[] {(byte) address[0], (byte) address[1], (byte) address[2], (byte) address[3]};
        Thread thread = new Thread(this::serve, "name-server");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return socket.getLocalPort();
    }

    private void serve() {
        DatagramPacket packet = new DatagramPacket(new byte[1500], 1500);
        try {
            while (true) {
                packet.setLength(1500);
                socket.receive(packet);
                byte[] answer = answer(packet.getData());
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        } catch (IOException e) {
            // Closed.
            return;
        }
    }

    /** The header, the question, and for an A question the address: its name is a pointer to the question. */
    private byte[] answer(byte[] query) {
        int end = HEADER;
        while (query[end] != 0) {
            end += query[end] + 1;
        }
        end += 5;
        boolean asked = query[end - 3] == TYPE_A;
        ByteBuffer answer = ByteBuffer.allocate(end + 16);
        answer.put(query, 0, end);
        answer.putShort(2, (short) 0x8180).putShort(6, (short) (asked ? 1 : 0)).putShort(8, (short) 0);
        answer.putShort(10, (short) 0);
        if (asked) {
            answer.putShort((short) 0xC00C)
                    .putShort((short) TYPE_A)
                    .putShort((short) 1)
                    .putInt(60);
            answer.putShort((short) 4).put(address);
        }
        return Arrays.copyOf(answer.array(), answer.position());
    }

    @Override
    public void close() {
        socket.close();
    }
}
