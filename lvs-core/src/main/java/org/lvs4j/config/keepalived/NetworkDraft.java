package org.lvs4j.config.keepalived;

import org.jspecify.annotations.Nullable;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;

/** A check that sends packets, as it is written: what it connects to, and from where. */
abstract class NetworkDraft extends CheckDraft {
    private static final int LONGEST_INTERFACE = 15;

    /** The keys of a connection. */
    static final KeyTable<NetworkDraft> CONNECTION = KeyTable.<NetworkDraft>of("check")
            .key("connect_ip", 1, (statement, it, context) -> it.connectIp(statement))
            .key("connect_port", 1, (statement, it, context) -> it.connectPort = port(statement, context))
            .key("bindto", 1, (statement, it, context) -> it.bindTo(statement))
            .key("bind_port", 1, (statement, it, context) -> it.bindPort = port(statement, context))
            .key("bind_if", 1, (statement, it, context) -> it.bindInterface(statement))
            .key(
                    "fwmark",
                    1,
                    (statement, it, context) ->
                            it.mark = (int) Values.number(statement.value("a firewall mark"), 0, 0xFFFF_FFFFL, context))
            .all(Settings.CONNECT_TIMEOUT)
            .build();

    private final Endpoint server;
    private @Nullable IpAddress connectIp;
    private int connectPort;
    private @Nullable IpAddress source;
    private int bindPort;
    private @Nullable String device;
    private int mark;

    NetworkDraft(ServerDraft server) {
        this.server = server.endpoint();
    }

    private static int port(Statement statement, Context context) throws KeepalivedException {
        return (int) Values.number(statement.value("a port"), 1, Endpoint.MAX_PORT, context);
    }

    private IpAddress address() {
        return connectIp == null ? server.address() : connectIp;
    }

    private void connectIp(Statement statement) throws KeepalivedException {
        IpAddress address = Values.address(statement.value("an IP address"));
        if (source != null && source.family() != address.family()) {
            throw statement.value(0).error("address of another family than bindto:", "two addresses of one family");
        }
        connectIp = address;
    }

    private void bindTo(Statement statement) throws KeepalivedException {
        IpAddress address = Values.address(statement.value("an IP address"));
        if (address.family() != address().family() && !address().isUnspecified()) {
            throw statement
                    .value(0)
                    .error("address of another family than the target, " + address() + ":", "two of one family");
        }
        source = address;
    }

    private void bindInterface(Statement statement) throws KeepalivedException {
        Word name = statement.value("an interface");
        if (name.text().isEmpty() || name.text().length() > LONGEST_INTERFACE) {
            throw name.error("not an interface:", "a name of at most " + LONGEST_INTERFACE + " characters");
        }
        device = name.text();
    }

    /** Whether a key says where it connects to. */
    boolean hasConnection() {
        return connectIp != null
                || connectPort != 0
                || source != null
                || bindPort != 0
                || device != null
                || mark != 0
                || connectTimeout != null;
    }

    /** What it connects to. */
    ProbeTarget target(ServerDraft draft, ServiceDraft service, int servicePort, boolean needsPort)
            throws KeepalivedException {
        int port = connectPort != 0 ? connectPort : server.port() != 0 ? server.port() : servicePort;
        if (port == 0 && needsPort) {
            throw key().error("no port to connect to:", "connect_port in it, as neither server nor service has a port");
        }
        return new ProbeTarget(
                new Endpoint(address(), port),
                source,
                bindPort,
                device,
                mark,
                first(it -> it.connectTimeout, ProbeTarget.DEFAULT_TIMEOUT, this, draft, service));
    }
}
