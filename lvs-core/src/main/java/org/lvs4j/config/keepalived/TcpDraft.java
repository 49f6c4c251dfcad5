package org.lvs4j.config.keepalived;

import java.time.Duration;
import java.util.List;
import org.lvs4j.health.Check;
import org.lvs4j.health.TcpCheck;

/** A {@code TCP_CHECK} as it is written. */
final class TcpDraft extends NetworkDraft {
    TcpDraft(ServerDraft server) {
        super(server);
    }

    static KeyTable<TcpDraft> keys(String name) {
        return KeyTable.<TcpDraft>of(name).all(CONNECTION).all(SCHEDULE).build();
    }

    @Override
    List<Check> resolve(ServerDraft server, ServiceDraft service, int servicePort, Context context)
            throws KeepalivedException {
        return List.of(new TcpCheck(
                target(server, service, servicePort, true),
                schedule(1, Duration.ofSeconds(1), server, service, context)));
    }
}
