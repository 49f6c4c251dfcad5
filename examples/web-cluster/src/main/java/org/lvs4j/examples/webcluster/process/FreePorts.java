package org.lvs4j.examples.webcluster.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports that no program of this machine uses. They are below the range of ephemeral ports, so that no outgoing
 * connection takes one before it is bound.
 */
public final class FreePorts {
    private static final int FIRST = 20_000;
    private static final int LAST = 32_000;
    private static final int ATTEMPTS = 100;

    private FreePorts() {}

    /**
     * Returns different ports, each of which is free at every one of the addresses.
     *
     * @throws IOException if none is found
     */
    public static int[] of(int count, String... addresses) throws IOException {
        int[] ports = new int[count];
        // All stay bound until the last one is found, so that they differ.
        List<ServerSocket> bound = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                ports[i] = bind(bound, addresses);
            }
        } finally {
            for (ServerSocket socket : bound) {
                socket.close();
            }
        }
        return ports;
    }

    private static int bind(List<ServerSocket> bound, String... addresses) throws IOException {
        for (int attempt = 1; ; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            try {
                for (String address : addresses) {
                    bound.add(new ServerSocket(port, 1, InetAddress.getByName(address)));
                }
                return port;
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }
}
