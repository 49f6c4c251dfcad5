package org.lvs4j.examples.webcluster.cluster;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Ports that are free at the virtual address and at the address of every web server. */
final class Ports {
    /** Below the range of ephemeral ports, which clients take. */
    private static final int FIRST = 20_000;

    private static final int LAST = 32_000;
    private static final int ATTEMPTS = 100;

    private Ports() {}

    /**
     * A free port, or the given one.
     *
     * @param given 0 for a free one
     * @param other a port that it must not be
     * @throws IOException if the given one is not free, naming the address
     */
    static int free(int given, int other, List<String> addresses) throws IOException {
        if (given != 0) {
            requireFree(given, addresses);
            return given;
        }
        for (int attempt = 1; ; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            if (port == other) {
                continue;
            }
            try {
                requireFree(port, addresses);
                return port;
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static void requireFree(int port, List<String> addresses) throws IOException {
        for (String address : addresses) {
            try (ServerSocket probe = new ServerSocket()) {
                probe.bind(new InetSocketAddress(address, port));
            } catch (IOException e) {
                throw new IOException(
                        "cannot listen at " + address + ":" + port + ": " + e.getMessage()
                                + " (outside Linux the addresses 127.0.1.x have to be added to the loopback interface"
                                + " first, on macOS by `sudo ifconfig lo0 alias " + address + "`)",
                        e);
            }
        }
    }
}
