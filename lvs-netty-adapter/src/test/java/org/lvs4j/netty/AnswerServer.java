package org.lvs4j.netty;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.lvs4j.net.Endpoint;

/** A server of TCP and UDP at free ports of a loopback address that answers everything with one byte of its own. */
final class AnswerServer implements AutoCloseable {
    private final byte answer;
    private final ServerSocket tcp;
    private final DatagramSocket udp;

    AnswerServer(String host, int answer) throws IOException {
        this.answer = (byte) answer;
        tcp = new ServerSocket(FreePort.next(), 50, InetAddress.getByName(host));
        udp = new DatagramSocket(FreePort.next(), InetAddress.getByName(host));
        TestServer.start(this::serveTcp);
        TestServer.start(this::serveUdp);
    }

    private void serveTcp() {
        try {
            while (true) {
                try (Socket client = tcp.accept()) {
                    client.getOutputStream().write(answer);
                }
            }
        } catch (IOException e) {
            // The test is over and has closed the socket.
        }
    }

    private void serveUdp() {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[100], 100);
                udp.receive(packet);
                packet.setData(new byte[] {answer});
                udp.send(packet);
            }
        } catch (IOException e) {
            // The test is over and has closed the socket.
        }
    }

    String tcp() {
        return Endpoint.of((InetSocketAddress) tcp.getLocalSocketAddress()).toString();
    }

    String udp() {
        return Endpoint.of((InetSocketAddress) udp.getLocalSocketAddress()).toString();
    }

    /** What a server answers a TCP client of an address. */
    static int ask(String host, int port) throws IOException {
        try (Socket client = new Socket(host, port)) {
            client.setSoTimeout((int) Loopback.TIMEOUT.toMillis());
            return client.getInputStream().read();
        }
    }

    /** What a server answers a UDP client, which takes answers from the address that it has asked only. */
    static int askByUdp(String host, int port) throws IOException {
        try (DatagramSocket client = new DatagramSocket()) {
            client.connect(InetAddress.getByName(host), port);
            client.setSoTimeout((int) Loopback.TIMEOUT.toMillis());
            client.send(new DatagramPacket(new byte[] {0}, 1));
            DatagramPacket packet = new DatagramPacket(new byte[100], 100);
            client.receive(packet);
            return packet.getData()[0];
        }
    }

    @Override
    public void close() throws IOException {
        tcp.close();
        udp.close();
    }
}
