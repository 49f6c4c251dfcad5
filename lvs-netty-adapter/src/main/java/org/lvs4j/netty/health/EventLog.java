package org.lvs4j.netty.health;

import org.lvs4j.health.HealthEvent;
import org.lvs4j.health.HealthEvent.CheckChanged;
import org.lvs4j.health.HealthEvent.ProbeFailed;
import org.lvs4j.health.HealthEvent.QuorumChanged;
import org.lvs4j.health.HealthEvent.ServerChanged;
import org.lvs4j.health.HealthEvent.WeightChanged;
import org.slf4j.Logger;

/** The lines of a log about changes of health: losses as warnings, everything else as information. */
final class EventLog {
    private EventLog() {}

    static void log(Logger logger, HealthEvent event) {
        if (event instanceof ServerChanged server) {
            String name = server.service() + ": " + server.server().endpoint();
            if (server.up()) {
                logger.info("{} is up: {}", name, server.reason());
            } else {
                logger.warn("{} is down: {}", name, server.reason());
            }
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
