package org.lvs4j.netty.health;

import org.jspecify.annotations.Nullable;
import org.lvs4j.health.HealthEvent;
import org.lvs4j.health.HealthEvent.CheckChanged;
import org.lvs4j.health.HealthEvent.ProbeFailed;
import org.lvs4j.health.HealthEvent.QuorumChanged;
import org.lvs4j.health.HealthEvent.ServerChanged;
import org.lvs4j.health.HealthEvent.WeightChanged;
import org.slf4j.Logger;

/**
 * The lines of a log about changes of health: losses as warnings, everything else as information. A check that takes its
 * server up or down with it has no line of its own: that of the server names it.
 *
 * <p>Belongs to the monitor's event loop: all fields are plain.
 */
final class EventLog {
    private final Logger logger;
    private @Nullable CheckChanged held;

    EventLog(Logger logger) {
        this.logger = logger;
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
        String name = server.service() + ": " + server.server().endpoint();
        if (server.up()) {
            logger.info("{} is up: {}{}", name, cause, server.reason());
        } else {
            logger.warn("{} is down: {}{}", name, cause, server.reason());
        }
    }

    private void write(HealthEvent event) {
        if (event instanceof ServerChanged server) {
            write(server, "");
        } else if (event instanceof QuorumChanged quorum) {
            if (quorum.up()) {
                logger.info("{} has its quorum: weight {}", quorum.service(), quorum.weight());
            } else {
                logger.warn("{} has lost its quorum: weight {}", quorum.service(), quorum.weight());
            }
        } else if (event instanceof WeightChanged weight) {
            logger.info(
                    "{}: {} has weight {}", weight.service(), weight.server().endpoint(), weight.weight());
        } else if (event instanceof CheckChanged check) {
            logger.info(
                    "{}: {} of {} is {}: {}",
                    check.service(),
                    check.check().kind(),
                    check.server().endpoint(),
                    check.up() ? "up" : "down",
                    check.reason());
        } else if (event instanceof ProbeFailed probe) {
            logger.info(
                    "{}: {} of {} has failed: {}",
                    probe.service(),
                    probe.check().kind(),
                    probe.server().endpoint(),
                    probe.reason());
        }
    }
}
