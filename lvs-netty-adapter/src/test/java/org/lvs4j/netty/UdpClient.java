package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;

/** A client of a UDP service. Its socket is connected, so it receives datagrams from the virtual address only. */
final class UdpClient implements AutoCloseable {
    private final DatagramSocket socket;

    private UdpClient(InetSocketAddress service) throws IOException {
        InetAddress loopback = service.getAddress();
        socket = new DatagramSocket(0, loopback);
        socket.connect(service);
        socket.setSoTimeout((int) Loopback.TIMEOUT.toMillis());
    }

    /** A client of the service of mark 1. */
    static UdpClient of(Relay relay) throws IOException {
        return new UdpClient(relay.address(Loopback.SERVICE));
    }

    static UdpClient of(InetSocketAddress service) throws IOException {
        return new UdpClient(service);
    }

    void send(int value) {
        send(new byte[] {(byte) value});
    }

    void sendZeros(int count) {
        send(new byte[count]);
    }

    private void send(byte[] data) {
        try {
            socket.send(new DatagramPacket(data, data.length));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] receive() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        socket.receive(packet);
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    /** Sends a datagram and expects the same one back. */
    void exchange(int value) throws IOException {
        send(value);
        assertThat(receive()).containsExactly(value);
    }

    @Override
    public void close() {
        socket.close();
    }
}
