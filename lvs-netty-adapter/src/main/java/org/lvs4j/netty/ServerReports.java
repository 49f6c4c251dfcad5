package org.lvs4j.netty;

import org.jspecify.annotations.Nullable;
import org.lvs4j.Connection;
import org.lvs4j.netty.internal.RateLimitedLog;

/** Reports to the director which servers fail and answer; an exception of a listener ends no connection. Thread-safe. */
final class ServerReports {
    private final RateLimitedLog log;

    ServerReports(RateLimitedLog log) {
        this.log = log;
    }

    /** The server of a connection has failed. */
    void failed(@Nullable Connection placed, @Nullable Throwable cause) {
        if (placed != null && placed.accepted()) {
            try {
                placed.failed(cause);
            } catch (RuntimeException e) {
                log.warn("{}: a listener of servers failed: {}", String.valueOf(placed.service()), e);
            }
        }
    }

    /** The server of a connection has answered for the first time. */
    void answered(@Nullable Connection placed) {
        if (placed != null && placed.accepted()) {
            try {
                placed.answered();
            } catch (RuntimeException e) {
                log.warn("{}: a listener of servers failed: {}", String.valueOf(placed.service()), e);
            }
        }
    }
}
