package org.lvs4j.netty;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** A TCP server whose backlog is full, so that the system does not answer further attempts to connect. */
final class SilentServer implements AutoCloseable {
    private static final int MOST_FILLERS = 16;

    private final ServerSocket listening = new ServerSocket(FreePort.next(), 1, InetAddress.getLoopbackAddress());
    private final List<Socket> fillers = new ArrayList<>();

    SilentServer() throws IOException {
        for (int i = 0; i < MOST_FILLERS; i++) {
            Socket filler = new Socket();
            fillers.add(filler);
            try {
                filler.connect(listening.getLocalSocketAddress(), 200);
            } catch (SocketTimeoutException e) {
                return;
            }
        }
        throw new IllegalStateException("the backlog of a listening socket does not fill up on this system");
    }

    String address() {
        return "127.0.0.1:" + listening.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket filler : fillers) {
            filler.close();
        }
    }
}
