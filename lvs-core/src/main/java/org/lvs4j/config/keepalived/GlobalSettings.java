package org.lvs4j.config.keepalived;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.health.Script;
import org.lvs4j.net.IpAddress;

/**
 * What {@code global_defs} says about balancing. Immutable.
 *
 * @param timeouts the timeouts of connections ({@code lvs_timeouts}); 0 leaves one as it is
 * @param syncDaemon the synchronisation of connections with other directors ({@code lvs_sync_daemon}); null for none
 * @param flushAtStart whether services that exist already are removed at the start ({@code lvs_flush})
 * @param atStop what is removed at the end
 * @param notifyFifo the pipe to which changes of servers and services are written ({@code lvs_notify_fifo}); null for none
 * @param notifyFifoScript the program that reads it; null for none
 * @param commonFifo the pipe for the changes of all parts of keepalived ({@code notify_fifo}); null for none
 * @param commonFifoScript the program that reads it; null for none
 * @param startupScript the program that is run before anything else; null for none
 * @param shutdownScript the program that is run at the end; null for none
 * @param scriptUser the user that runs programs without one of their own ({@code script_user}); null if none is given
 * @param scriptGroup its group; null for that of the user
 * @param scriptSecurity whether programs that run as root must be such that only root can replace them ({@code
 *     enable_script_security})
 */
public record GlobalSettings(
        TimeoutSettings timeouts,
        @Nullable SyncDaemon syncDaemon,
        boolean flushAtStart,
        AtStop atStop,
        @Nullable String notifyFifo,
        @Nullable Script notifyFifoScript,
        @Nullable String commonFifo,
        @Nullable Script commonFifoScript,
        @Nullable Script startupScript,
        @Nullable Script shutdownScript,
        @Nullable String scriptUser,
        @Nullable String scriptGroup,
        boolean scriptSecurity) {
    /** A file that says nothing. */
    public static final GlobalSettings DEFAULT = new GlobalSettings(
            new TimeoutSettings(0, 0, 0),
            null,
            false,
            AtStop.SERVERS_AND_SERVICES,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            false);

    /** What is removed at the end. */
    public enum AtStop {
        /** Each server of the file, then its service. */
        SERVERS_AND_SERVICES,
        /** Each service of the file, with its servers ({@code lvs_flush_on_stop VS}). */
        SERVICES,
        /** Everything, whatever the file says about it ({@code lvs_flush_on_stop}). */
        EVERYTHING
    }

    /**
     * The synchronisation of connections, as {@code ipvsadm --start-daemon} sets it up.
     *
     * @param networkInterface the interface of the messages
     * @param instance the VRRP instance that decides which of the two roles runs; null for both at once
     * @param syncId 0..255
     * @param maxLength the longest message in bytes; 0 for the default
     * @param port the UDP port; 0 for the default
     * @param ttl the time to live of the messages; 0 for the default
     * @param group the multicast group; null for the default
     */
    public record SyncDaemon(
            String networkInterface,
            @Nullable String instance,
            int syncId,
            int maxLength,
            int port,
            int ttl,
            @Nullable IpAddress group) {
        public SyncDaemon {
            requireNonNull(networkInterface, "networkInterface");
        }
    }

    public GlobalSettings {
        requireNonNull(timeouts, "timeouts");
        requireNonNull(atStop, "atStop");
    }

    /** These settings with other timeouts. */
    public GlobalSettings withTimeouts(TimeoutSettings newTimeouts) {
        return new GlobalSettings(
                requireNonNull(newTimeouts, "newTimeouts"),
                syncDaemon,
                flushAtStart,
                atStop,
                notifyFifo,
                notifyFifoScript,
                commonFifo,
                commonFifoScript,
                startupScript,
                shutdownScript,
                scriptUser,
                scriptGroup,
                scriptSecurity);
    }
}
