package org.lvs4j.netty.health;

import org.jspecify.annotations.Nullable;
import org.lvs4j.health.HealthEvent;
import org.lvs4j.health.HealthEvent.CheckChanged;
import org.lvs4j.health.HealthEvent.QuorumChanged;
import org.lvs4j.health.HealthEvent.ServerChanged;
import org.lvs4j.netty.internal.LimitedLog;
import org.slf4j.event.Level;

/**
 * The lines of a log about changes of health: losses as warnings, everything else as information. A check that takes its
 * server up or down with it has no line of its own: that of the server names it. Servers that come and go cannot fill the
 * log: the lines of each kind are limited, and those left out are counted.
 *
 * <p>Belongs to the monitor's event loop: all fields are plain.
 */
final class EventLog {
    private final LimitedLog log;
    private @Nullable CheckChanged held;

    EventLog(LimitedLog log) {
        this.log = log;
    }

    /** Writes an event, or holds it until the next one, or {@link #flush}. */
    void log(HealthEvent event) {
        CheckChanged cause = held;
        if (cause != null
                && event instanceof ServerChanged server
                && cause.server().equals(server.server())
                && cause.up() == server.up()) {
            held = null;
            write(server, cause.check().kind() + ": ");
            return;
        }
        flush();
        if (event instanceof CheckChanged check) {
            held = check;
        } else {
            write(event);
        }
    }

    /** Writes an event that is held. */
    void flush() {
        CheckChanged check = held;
        held = null;
        if (check != null) {
            write(check);
        }
    }

    private void write(ServerChanged server, String cause) {
        write(new ServerChanged(
                server.service(), server.keys(), server.server(), server.up(), cause + server.reason()));
    }

    private void write(HealthEvent event) {
        boolean loss = event instanceof ServerChanged server && !server.up()
                || event instanceof QuorumChanged quorum && !quorum.up();
        log.log(loss ? Level.WARN : Level.INFO, kind(event), event);
    }

    private static String kind(HealthEvent event) {
        if (event instanceof ServerChanged server) {
            return server.up() ? "servers up" : "servers down";
        } else if (event instanceof QuorumChanged quorum) {
            return quorum.up() ? "quorums gained" : "quorums lost";
        } else if (event instanceof CheckChanged check) {
            return check.up() ? "checks up" : "checks down";
        }
        return event instanceof HealthEvent.ProbeFailed ? "failed probes" : "other changes of health";
    }
}
