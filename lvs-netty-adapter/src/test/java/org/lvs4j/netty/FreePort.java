package org.lvs4j.netty;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Queue;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free ports of TCP and UDP, outside the range from which the system chooses those of clients. One is given again only after
 * thousands of others, so that nothing listens at the port of a server that has stopped, and JVMs that run tests at the same
 * time have ranges of their own.
 */
public final class FreePort {
    private static final int RANGES = 3;
    private static final int RANGE = 7_300;
    private static final int FIRST = 10_000 + Integer.getInteger("lvs4j.test.fork", 0) % RANGES * RANGE;
    private static final int ATTEMPTS = 1000;

    private static final BitSet GIVEN = new BitSet(RANGE);
    private static final Queue<Integer> ORDER = new ArrayDeque<>();

    private FreePort() {}

    /** A port that is unused at 127.0.0.1. */
    public static synchronized int next() throws IOException {
        if (ORDER.size() >= RANGE / 2) {
            GIVEN.clear(ORDER.remove());
        }
        for (int attempt = 1; ; attempt++) {
            int offset = ThreadLocalRandom.current().nextInt(RANGE);
            if (GIVEN.get(offset)) {
                continue;
            }
            try {
                requireFree(FIRST + offset);
                GIVEN.set(offset);
                ORDER.add(offset);
                return FIRST + offset;
            } catch (IOException e) {
                if (attempt >= ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static void requireFree(int port) throws IOException {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        new ServerSocket(port, 1, loopback).close();
        new DatagramSocket(port, loopback).close();
    }
}
