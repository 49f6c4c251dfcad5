package org.lvs4j.config.keepalived;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.Check;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.Script;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;

/** A {@code real_server} as it is written. */
final class ServerDraft extends Settings {
    private static final KeyTable<ServerDraft> KEYS = keys();

    private final Word key;
    private final Place closed;
    private final Endpoint endpoint;
    private final List<CheckDraft> checks = new ArrayList<>();
    private @Nullable Integer weight;
    private boolean weightUnreadable;
    private @Nullable Forwarding method;
    private @Nullable Script notifyUp;
    private @Nullable Script notifyDown;
    private @Nullable Boolean inhibit;
    private int upperThreshold;
    private int lowerThreshold;

    private ServerDraft(Word key, Place closed, Endpoint endpoint) {
        this.key = key;
        this.closed = closed;
        this.endpoint = endpoint;
    }

    private static KeyTable<ServerDraft> keys() {
        KeyTable.Builder<ServerDraft> keys = KeyTable.<ServerDraft>of("real_server")
                .key("weight", 1, (statement, it, context) -> it.weight(statement, context))
                .key("lvs_method", (statement, it, context) -> it.method = Method.read(statement, context))
                .key("notify_up", 3, (statement, it, context) -> it.notifyUp(statement, context))
                .key("notify_down", 3, (statement, it, context) -> it.notifyDown(statement, context))
                .key("uthreshold", 1, (statement, it, context) -> it.upperThreshold = threshold(statement, context))
                .key("lthreshold", 1, (statement, it, context) -> it.lowerThreshold = threshold(statement, context))
                .key("alpha", 1, (statement, it, context) -> it.alpha = Values.truth(statement))
                .key("inhibit_on_failure", 1, (statement, it, context) -> it.inhibit = Values.truth(statement))
                .key("retry", 1, Settings.retries(1))
                .key("virtualhost", 1, (statement, it, context) -> it.virtualHost = Values.name(statement))
                .key("smtp_alert", 1, (statement, it, context) -> {
                    Values.truth(statement);
                    context.problems().withoutEffect(statement.key());
                })
                .withoutEffect("snmp_name")
                .all(Settings.times())
                .all(Settings.CONNECT_TIMEOUT)
                .key(Statement.OURS, OurWords.<ServerDraft>withRounds()::read);
        for (String check : CheckKinds.names()) {
            keys.block(check, 0, (statement, it, context) -> it.check(statement, context));
        }
        return keys.build();
    }

    /** Reads a server; its checks are read even if its address is wrong, for their own errors. */
    static @Nullable ServerDraft read(Statement statement, Context context) throws KeepalivedException {
        Statement.Block block = statement.block();
        if (block == null) {
            throw statement.key().error("block missing behind", "'{'");
        }
        Endpoint endpoint = null;
        KeepalivedException problem = null;
        try {
            endpoint = statement.broken() ? null : Values.server(statement);
        } catch (KeepalivedException e) {
            problem = e;
        }
        ServerDraft draft = new ServerDraft(
                statement.key(), block.closed(), endpoint == null ? new Endpoint(IpAddress.v4(0), 0) : endpoint);
        if (problem != null) {
            context.problems().error(problem);
        }
        KEYS.read(block, draft, context);
        return endpoint == null ? null : draft;
    }

    private void weight(Statement statement, Context context) throws KeepalivedException {
        weightUnreadable = true;
        weight = (int) Values.number(statement.value("a weight"), 0, Integer.MAX_VALUE, context);
        weightUnreadable = false;
    }

    private static int threshold(Statement statement, Context context) throws KeepalivedException {
        return (int) Values.number(statement.value("a number of connections"), 0, Integer.MAX_VALUE, context);
    }

    private void notifyUp(Statement statement, Context context) throws KeepalivedException {
        if (notifyUp != null) {
            throw statement.key().error("given twice:", "one program");
        }
        notifyUp = Values.script(statement, context);
    }

    private void notifyDown(Statement statement, Context context) throws KeepalivedException {
        if (notifyDown != null) {
            throw statement.key().error("given twice:", "one program");
        }
        notifyDown = Values.script(statement, context);
    }

    private void check(Statement statement, Context context) throws KeepalivedException {
        CheckDraft check = CheckKinds.read(statement, this, context);
        if (check != null) {
            checks.add(check);
        }
    }

    Word key() {
        return key;
    }

    /** The end of its block. */
    Place closed() {
        return closed;
    }

    /** Its address, and its port or 0. */
    Endpoint endpoint() {
        return endpoint;
    }

    /** Its own forwarding method, or that of the service. */
    Forwarding method(ServiceDraft service) {
        return method == null ? service.method() : method;
    }

    /** Its own weight, or that of the service. */
    int weight(ServiceDraft service) {
        return weight == null ? service.weight() : weight;
    }

    /** Whether it has a weight that cannot be read. */
    boolean weightUnreadable() {
        return weightUnreadable;
    }

    boolean thresholdsCrossed() {
        return lowerThreshold > upperThreshold;
    }

    /** The server as a value. */
    MonitoredServer resolve(ServiceDraft service, int servicePort, Context context) {
        List<Check> resolved = new ArrayList<>();
        for (CheckDraft check : checks) {
            try {
                resolved.addAll(check.resolve(this, service, servicePort, context));
            } catch (KeepalivedException e) {
                context.problems().error(e);
            } catch (IllegalArgumentException e) {
                context.problems().error(check.key().error(e.getMessage() + ", in", "values that go together"));
            }
        }
        RealServer server = new RealServer(endpoint, weight(service), method(service), upperThreshold, lowerThreshold);
        boolean inhibited = inhibit == null ? service.inhibit() : inhibit;
        return new MonitoredServer(server, resolved, inhibited, notifyUp, notifyDown);
    }
}
