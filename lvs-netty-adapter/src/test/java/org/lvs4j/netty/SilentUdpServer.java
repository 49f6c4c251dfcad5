package org.lvs4j.netty;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import org.lvs4j.net.Endpoint;

/** A UDP server that sends datagrams back when it is told to. */
final class SilentUdpServer implements AutoCloseable {
    private final DatagramSocket socket = new DatagramSocket(FreePort.next(), InetAddress.getLoopbackAddress());
    private final Queue<DatagramPacket> received = new ArrayDeque<>();
    private int count;

    SilentUdpServer() throws IOException {
        socket.setSoTimeout((int) Loopback.TIMEOUT.toMillis());
    }

    String address() {
        return Endpoint.of((InetSocketAddress) socket.getLocalSocketAddress()).toString();
    }

    /** Waits until so many datagrams have been received in all. */
    void awaitReceived(int all) throws IOException {
        while (count < all) {
            DatagramPacket packet = new DatagramPacket(new byte[64], 64);
            socket.receive(packet);
            received.add(packet);
            count++;
        }
    }

    void answerAll() throws IOException {
        for (DatagramPacket packet = received.poll(); packet != null; packet = received.poll()) {
            socket.send(packet);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
