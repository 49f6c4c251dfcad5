package org.lvs4j.netty;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import java.lang.management.ManagementFactory;
import java.net.SocketException;

/**
 * The descriptors that a relay leaves to the rest of its process, so that clients cannot lock out its administrator:
 * an eighth of the process's limit, at most 32.
 *
 * <p>The system gives a new socket the lowest free number. So a number within the last ones below the limit means that
 * all others are in use, and the relay closes the socket again. NIO does not tell the number: there the relay counts
 * its own sockets, on top of the descriptors that were open when it started. Thread-safe.
 */
final class DescriptorReserve {
    private static final long MOST = 32;

    private final RelayCounters counters;
    private final long first;
    private final long countable;

    private DescriptorReserve(RelayCounters counters, long limit, long open) {
        this.counters = counters;
        first = limit - Math.min(MOST, limit / 8);
        countable = first - open;
    }

    /** The reserve of this process; of a system without a limit, an empty one. */
    static DescriptorReserve of(RelayCounters counters) {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? new DescriptorReserve(
                        counters, system.getMaxFileDescriptorCount(), system.getOpenFileDescriptorCount())
                : new DescriptorReserve(counters, Long.MAX_VALUE, 0);
    }

    /** Whether a new socket, which is counted already, has taken one of the descriptors that are reserved. */
    boolean contains(Channel opened) {
        return opened instanceof UnixChannel socket
                ? socket.fd().intValue() >= first
                : 2L * counters.openConnections.get() + counters.openFlows.get() > countable;
    }

    /** The failure of a socket that the caller closes for this reason. */
    static SocketException failure() {
        return new SocketException("Too many open files");
    }
}
