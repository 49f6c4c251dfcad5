package org.lvs4j.netty;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import java.lang.management.ManagementFactory;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/**
 * The descriptors that the UDP flows of a relay leave to TCP connections and the rest of the process: a sixteenth of
 * the process's limit, at most 32. So a flood of datagrams, whose senders need not even exist, takes no service from
 * others. (A client of TCP waits in the system's backlog while there is no descriptor.)
 *
 * <p>The system gives a new socket the lowest free number. So a number within the last ones below the limit means that
 * all others are in use, and the flow is not opened. NIO does not tell the number: there the relay counts its own
 * sockets, on top of the descriptors that were open at the first one. Thread-safe.
 */
final class DescriptorReserve {
    private static final long MOST = 32;
    private static final @Nullable UnixOperatingSystemMXBean SYSTEM =
            ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system ? system : null;

    private final RelayCounters counters;
    private final long first;
    /** The relay's own sockets that there may be; negative before the first one. Threads that race store nearly the same. */
    private volatile long own = -1;

    /** The reserve of this process; without a limit, an empty one. */
    DescriptorReserve(RelayCounters counters) {
        this.counters = counters;
        long limit = SYSTEM == null ? Long.MAX_VALUE : SYSTEM.getMaxFileDescriptorCount();
        first = limit - Math.min(MOST, limit / 16);
    }

    /** Whether a new socket, which is counted already, has taken one of the descriptors that are reserved. */
    boolean contains(Channel opened) {
        return opened instanceof UnixChannel socket ? socket.fd().intValue() >= first : sockets() > ofRelay();
    }

    /** The relay's sockets: two for each TCP connection, one for each flow. */
    private long sockets() {
        return 2L * counters.openConnections.get() + counters.openFlows.get();
    }

    private long ofRelay() {
        long most = own;
        if (most < 0) {
            long others = SYSTEM == null ? 0 : SYSTEM.getOpenFileDescriptorCount() - sockets();
            most = Math.max(0, first - Math.max(0, others));
            own = most;
        }
        return most;
    }

    /** The failure of a socket that the caller closes for this reason. */
    static SocketException failure() {
        return new SocketException("Too many open files");
    }
}
