package org.lvs4j.config.keepalived;

import java.time.Duration;
import java.util.List;
import org.lvs4j.health.Check;
import org.lvs4j.health.PingCheck;

/** A {@code PING_CHECK} as it is written. */
final class PingDraft extends NetworkDraft {
    PingDraft(ServerDraft server) {
        super(server);
    }

    static KeyTable<PingDraft> keys(String name) {
        return KeyTable.<PingDraft>of(name).all(CONNECTION).all(SCHEDULE).build();
    }

    @Override
    List<Check> resolve(ServerDraft server, ServiceDraft service, int servicePort, Context context)
            throws KeepalivedException {
        return List.of(new PingCheck(
                target(server, service, servicePort, false),
                schedule(1, Duration.ofSeconds(1), server, service, context)));
    }
}
