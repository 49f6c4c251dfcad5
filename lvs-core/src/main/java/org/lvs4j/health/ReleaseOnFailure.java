package org.lvs4j.health;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Ours, not of keepalived: the clients of a server that fails are released at once. Its UDP connections end and its
 * persistence templates are used no more, so that the next datagram or connection of each client is placed on another
 * server. Its TCP connections are ended as well if a time for that is given. Immutable.
 *
 * @param endOver the time over which the TCP connections are ended evenly, 0 to 365 days, 0 for all at once; null if they
 *     stay. A server that recovers meanwhile keeps only new connections
 */
public record ReleaseOnFailure(@Nullable Duration endOver) {
    /** Releases clients of UDP and persistent ones; TCP connections stay. */
    public static final ReleaseOnFailure CLIENTS = new ReleaseOnFailure(null);

    private static final Duration LONGEST = Duration.ofDays(365);

    /**
     * Checks the time.
     *
     * @throws IllegalArgumentException if it is out of range
     */
    public ReleaseOnFailure {
        if (endOver != null && (endOver.isNegative() || endOver.compareTo(LONGEST) > 0)) {
            throw new IllegalArgumentException("a time of " + endOver + " is outside PT0S.." + LONGEST);
        }
    }
}
