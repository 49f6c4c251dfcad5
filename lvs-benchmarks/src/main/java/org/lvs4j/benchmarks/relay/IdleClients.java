package org.lvs4j.benchmarks.relay;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Connections through a proxy, each of which has had one answer and is then idle. */
final class IdleClients implements AutoCloseable {
    private final List<SocketChannel> open = new ArrayList<>();

    private IdleClients() {}

    /** Opens connections, one after the other. */
    static IdleClients open(int port, int count) throws IOException {
        IdleClients clients = new IdleClients();
        try {
            for (int i = 0; i < count; i++) {
                clients.openOne(port);
            }
            return clients;
        } catch (IOException e) {
            clients.close();
            throw e;
        }
    }

    private void openOne(int port) throws IOException {
        SocketChannel channel = SocketChannel.open();
        open.add(channel);
        channel.connect(new InetSocketAddress("127.0.0.1", port));
        channel.write(ByteBuffer.wrap("GET /2 HTTP/1.1\r\nHost: relay\r\n\r\n".getBytes(US_ASCII)));
        if (channel.read(ByteBuffer.allocate(256)) <= 0) {
            throw new IOException("no answer on connection " + open.size());
        }
    }

    int count() {
        return open.size();
    }

    @Override
    public void close() {
        for (SocketChannel channel : open) {
            try {
                channel.close();
            } catch (IOException e) {
                System.err.println("a connection could not be closed: " + e);
            }
        }
    }
}
