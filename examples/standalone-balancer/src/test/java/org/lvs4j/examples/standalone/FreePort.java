package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free ports of TCP and UDP for servers that need a configured port; each is given once, as long as there are others. JVMs that run tests at the same time have ranges of their own, so
 * that none takes a port that another one has found free and not bound yet.
 */
final class FreePort {
    private static final int RANGES = 4;
    private static final int RANGE = 3000;
    private static final int FIRST = 20_000 + Integer.getInteger("lvs4j.test.fork", 0) % RANGES * RANGE;
    private static final int LAST = FIRST + RANGE;
    private static final int ATTEMPTS = 100;

    private static final Set<Integer> GIVEN = new HashSet<>();

    private FreePort() {}

    /** The first of some unused ports of loopback that follow each other. */
    static int first(int count) throws IOException {
        for (int attempt = 1; ; attempt++) {
            int first = next();
            try {
                for (int port = first + 1; port < first + count; port++) {
                    requireFree(port);
                }
                return first;
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** An unused port of loopback outside the range of ephemeral ports. */
    static synchronized int next() throws IOException {
        if (GIVEN.size() >= RANGE / 2) {
            GIVEN.clear();
        }
        for (int attempt = 1; ; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            try {
                if (GIVEN.contains(port)) {
                    continue;
                }
                requireFree(port);
                GIVEN.add(port);
                return port;
            } catch (IOException e) {
                if (attempt >= ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static void requireFree(int port) throws IOException {
        new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
        new DatagramSocket(port, InetAddress.getLoopbackAddress()).close();
    }
}
