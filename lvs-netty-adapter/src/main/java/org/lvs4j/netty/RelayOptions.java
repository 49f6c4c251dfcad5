package org.lvs4j.netty;

import java.util.ArrayList;
import java.util.List;

/**
 * How a relay was asked to behave. Immutable.
 *
 * @param transport never {@link Transport#AUTO}
 * @param idleNanos how long a TCP connection may be idle; 0 for ever, negative for what the director says
 * @param bufferBytes what may wait in one direction of a TCP connection
 */
record RelayOptions(
        Transport transport,
        int threads,
        int acceptors,
        long connectTimeoutMillis,
        int retries,
        long idleNanos,
        int maxConnections,
        int bufferBytes,
        int udpFlows,
        List<ListenAddress> listen) {
    private static final int SMALLEST_BUFFER_BYTES = 1024;
    private static final int LARGEST_BUFFER_BYTES = 1 << 30;
    private static final int LARGEST_READ_BYTES = 64 * 1024;
    private static final int LONGEST_CONNECT_MILLIS = 3_600_000;

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException naming every one that is out of range
     */
    RelayOptions {
        List<String> problems = new ArrayList<>();
        check(problems, "threads", threads, 1, 4096);
        check(problems, "acceptors", acceptors, 1, 1024);
        check(problems, "connect timeout in ms", connectTimeoutMillis, 1, LONGEST_CONNECT_MILLIS);
        check(problems, "retries", retries, 0, 100);
        check(problems, "maximum of connections", maxConnections, 1, Integer.MAX_VALUE - 1);
        check(problems, "buffer bytes", bufferBytes, SMALLEST_BUFFER_BYTES, LARGEST_BUFFER_BYTES);
        check(problems, "maximum of UDP flows", udpFlows, 1, Integer.MAX_VALUE - 1);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("relay: " + String.join("; ", problems));
        }
    }

    private static void check(List<String> problems, String what, long value, long least, long most) {
        if (value < least || value > most) {
            problems.add(what + " " + value + " is outside " + least + ".." + most);
        }
    }

    /** The largest read of a TCP socket. */
    int receiveBytes() {
        return Math.min(LARGEST_READ_BYTES, bufferBytes / 2);
    }
}
