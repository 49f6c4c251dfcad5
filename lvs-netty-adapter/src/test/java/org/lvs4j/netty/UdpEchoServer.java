package org.lvs4j.netty;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.lvs4j.net.Endpoint;

/** A UDP server on a free port of the loopback interface that sends everything back. */
final class UdpEchoServer implements AutoCloseable {
    private final DatagramSocket socket;
    final AtomicInteger received = new AtomicInteger();
    final Set<SocketAddress> senders = ConcurrentHashMap.newKeySet();

    UdpEchoServer() throws IOException {
        this(InetAddress.getLoopbackAddress());
    }

    UdpEchoServer(InetAddress address) throws IOException {
        socket = new DatagramSocket(FreePort.next(), address);
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
        return Endpoint.of((InetSocketAddress) socket.getLocalSocketAddress()).toString();
    }

    @Override
    public void close() {
        socket.close();
    }
}
