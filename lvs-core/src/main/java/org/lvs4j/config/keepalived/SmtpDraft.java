package org.lvs4j.config.keepalived;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.lvs4j.health.Check;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.SmtpCheck;

/** An {@code SMTP_CHECK} as it is written. Each {@code host} block in it is a check of its own. */
final class SmtpDraft extends NetworkDraft {
    private final ServerDraft owner;
    private final List<SmtpDraft> hosts = new ArrayList<>();
    private String heloName = SmtpCheck.DEFAULT_HELO_NAME;

    SmtpDraft(ServerDraft server) {
        super(server);
        owner = server;
    }

    private static final KeyTable<NetworkDraft> HOST =
            KeyTable.<NetworkDraft>of("host").all(CONNECTION).build();

    static KeyTable<SmtpDraft> keys(String name) {
        return KeyTable.<SmtpDraft>of(name)
                .key("helo_name", 1, (statement, it, context) -> it.heloName = Values.name(statement))
                .block("host", 0, (statement, it, context) -> it.host(statement, context))
                .all(CONNECTION)
                .all(SCHEDULE)
                .build();
    }

    private void host(Statement statement, Context context) {
        Statement.Block block = statement.block();
        if (block != null) {
            SmtpDraft host = new SmtpDraft(owner);
            host.at(statement.key(), block.closed());
            HOST.read(block, host, context);
            hosts.add(host);
        }
    }

    @Override
    List<Check> resolve(ServerDraft server, ServiceDraft service, int servicePort, Context context)
            throws KeepalivedException {
        CheckSchedule schedule = schedule(1, Duration.ofSeconds(1), server, service, context);
        List<Check> checks = new ArrayList<>();
        if (hosts.isEmpty() || hasConnection()) {
            checks.add(new SmtpCheck(target(server, service, servicePort, true), schedule, heloName));
        }
        for (SmtpDraft host : hosts) {
            host.connectTimeout = host.connectTimeout == null ? connectTimeout : host.connectTimeout;
            checks.add(new SmtpCheck(host.target(server, service, servicePort, true), schedule, heloName));
        }
        return checks;
    }
}
