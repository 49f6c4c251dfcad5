package org.lvs4j.netty;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A UDP server on a free port of the loopback interface that sends everything back. */
final class UdpEchoServer implements AutoCloseable {
    private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    final AtomicInteger received = new AtomicInteger();
    final Set<SocketAddress> senders = ConcurrentHashMap.newKeySet();

    UdpEchoServer() throws IOException {
        TestServer.start(() -> {
            DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
            try {
                while (true) {
                    packet.setLength(65_535);
                    socket.receive(packet);
                    received.incrementAndGet();
                    senders.add(packet.getSocketAddress());
                    socket.send(packet);
                }
            } catch (IOException e) {
                // The test is over and has closed the socket.
            }
        });
    }

    String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    @Override
    public void close() {
        socket.close();
    }
}
