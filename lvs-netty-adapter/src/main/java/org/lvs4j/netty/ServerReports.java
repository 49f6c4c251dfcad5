package org.lvs4j.netty;

import org.jspecify.annotations.Nullable;
import org.lvs4j.Connection;
import org.lvs4j.netty.internal.RateLimitedLog;
import org.lvs4j.service.ServiceKey;

/** Tells the listener of a relay, if there is one, about servers. Thread-safe. */
final class ServerReports {
    private final @Nullable ServerListener listener;
    private final RateLimitedLog log;

    ServerReports(@Nullable ServerListener listener, RateLimitedLog log) {
        this.listener = listener;
        this.log = log;
    }

    /** The server of a connection has failed. */
    void failed(@Nullable Connection placed) {
        report(placed, false);
    }

    /** The server of a connection has answered for the first time. */
    void answered(@Nullable Connection placed) {
        report(placed, true);
    }

    private void report(@Nullable Connection placed, boolean answered) {
        if (listener == null || placed == null || !placed.accepted()) {
            return;
        }
        ServiceKey service = placed.service();
        if (service == null) {
            return;
        }
        try {
            if (answered) {
                listener.answered(service, placed.server().endpoint());
            } else {
                listener.failed(service, placed.server().endpoint());
            }
        } catch (RuntimeException e) {
            log.warn("{}: the listener of servers failed: {}", service, e);
        }
    }
}
