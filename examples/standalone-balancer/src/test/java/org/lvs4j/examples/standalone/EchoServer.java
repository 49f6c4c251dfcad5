package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Sends everything back, at one port of TCP and UDP. */
final class EchoServer implements AutoCloseable {
    private final ServerSocket tcp;
    private final DatagramSocket udp;

    EchoServer() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        int port = FreePort.next();
        tcp = new ServerSocket(port, 1000, loopback);
        udp = new DatagramSocket(port, loopback);
        start(this::serveTcp);
        start(this::serveUdp);
    }

    String address() {
        return "127.0.0.1:" + tcp.getLocalPort();
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void start(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException e) {
                // The client has gone, or the test is over.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void serveTcp() throws IOException {
        while (true) {
            Socket client = tcp.accept();
            start(() -> {
                try (client) {
                    client.setTcpNoDelay(true);
                    client.getInputStream().transferTo(client.getOutputStream());
                }
            });
        }
    }

    private void serveUdp() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
        while (true) {
            packet.setLength(2048);
            udp.receive(packet);
            udp.send(packet);
        }
    }

    @Override
    public void close() throws IOException {
        tcp.close();
        udp.close();
    }
}
