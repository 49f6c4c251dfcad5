package org.lvs4j.netty;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Protocol;

/**
 * The options of a relay; {@link Relay.Builder} explains them. Immutable.
 *
 * @param transport never {@link Transport#AUTO}
 * @param idleTimeout the longest time that a TCP connection may be idle; zero for no limit, null for the
 *     director's timeout of established connections
 * @param bufferBytes the memory that may wait in one direction of a TCP connection
 * @param drainIdle after how long without a byte a connection is closed early by a drain; zero for never
 * @param retryUnanswered how many bytes of an unanswered request are kept for another server; 0 for none
 * @param connectionLog takes a record of each connection and flow that has ended; null for none
 */
record RelayOptions(
        Transport transport,
        int threads,
        int acceptors,
        Duration connectTimeout,
        Duration identifyTimeout,
        int retries,
        @Nullable Duration idleTimeout,
        int maxConnections,
        int bufferBytes,
        int udpFlows,
        Duration drainIdle,
        int retryUnanswered,
        @Nullable Consumer<? super ConnectionRecord> connectionLog,
        List<ListenAddress> listen) {
    private static final Duration LONGEST = Duration.ofDays(36_500);
    private static final Duration LONGEST_CONNECT = Duration.ofHours(1);
    private static final int SMALLEST_BUFFER_BYTES = 1024;
    private static final int LARGEST_BUFFER_BYTES = 1 << 30;
    private static final int LARGEST_READ_BYTES = 64 * 1024;
    private static final int MOST_UNANSWERED_BYTES = 64 * 1024;
    private static final int MOST_UDP_FLOWS = 16_384;
    /** The measured size of a datagram socket of Netty's io_uring on the heap, rounded up. */
    private static final long IO_URING_FLOW_BYTES = 176 * 1024;

    /**
     * Checks everything at once.
     *
     * @throws IllegalArgumentException naming every problem
     */
    RelayOptions {
        listen = List.copyOf(listen);
        List<String> problems = new ArrayList<>();
        check(problems, "threads", threads, 1, 4096);
        check(problems, "acceptors", acceptors, 1, 1024);
        check(problems, "connect timeout in ms", millis(connectTimeout), 1, LONGEST_CONNECT.toMillis());
        check(problems, "identify timeout in ms", millis(identifyTimeout), 1, LONGEST_CONNECT.toMillis());
        check(problems, "retries", retries, 0, 100);
        if (idleTimeout != null && idleTimeout.isNegative()) {
            problems.add("idle timeout " + idleTimeout + " is negative");
        }
        check(problems, "maximum of connections", maxConnections, 1, Integer.MAX_VALUE - 1);
        check(problems, "buffer bytes", bufferBytes, SMALLEST_BUFFER_BYTES, LARGEST_BUFFER_BYTES);
        check(problems, "maximum of UDP flows", udpFlows, 1, Integer.MAX_VALUE - 1);
        check(problems, "idle time of drains in ms", millis(drainIdle), 0, LONGEST_CONNECT.toMillis());
        check(problems, "bytes of an unanswered request", retryUnanswered, 0, MOST_UNANSWERED_BYTES);
        for (ListenAddress address : listen) {
            if (address.protocol() != Protocol.TCP && address.protocol() != Protocol.UDP) {
                problems.add(address + ": " + address.protocol() + " is not relayed, only TCP and UDP");
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("relay: " + String.join("; ", problems));
        }
    }

    /** The ceiling of UDP flows unless another one is set. */
    static int defaultUdpFlows(Transport transport) {
        return transport == Transport.IO_URING
                ? (int) Math.min(MOST_UDP_FLOWS, Runtime.getRuntime().maxMemory() / 3 / IO_URING_FLOW_BYTES + 1)
                : MOST_UDP_FLOWS;
    }

    private static void check(List<String> problems, String name, long value, long least, long most) {
        if (value < least || value > most) {
            problems.add(name + " " + value + " is outside " + least + ".." + most);
        }
    }

    private static long millis(Duration duration) {
        if (duration.isNegative()) {
            return -1;
        }
        return duration.compareTo(LONGEST) > 0 ? Long.MAX_VALUE : duration.toMillis();
    }

    /** A duration in nanoseconds, at most a hundred years. */
    static long nanos(Duration duration) {
        if (duration.isNegative()) {
            return 0;
        }
        return (duration.compareTo(LONGEST) > 0 ? LONGEST : duration).toNanos();
    }

    /** The largest read of a TCP socket. */
    int receiveBytes() {
        return Math.min(LARGEST_READ_BYTES, bufferBytes / 2);
    }
}
