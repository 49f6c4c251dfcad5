package org.lvs4j.examples.webcluster;

import com.google.gson.Gson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.lvs4j.Director;
import org.lvs4j.admin.AdminServer;
import org.lvs4j.examples.webcluster.LoopbackServer.Reply;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.Relay;
import org.lvs4j.netty.RelayException;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * The cluster: the director and its relay in this process, each web server and the storage in a separate process.
 * Thread-safe. Closing it ends every process and releases every port.
 */
final class Cluster implements AutoCloseable {
    private static final String SCHEDULER = "wrr";
    private static final Gson JSON = new Gson();
    private static final int FIRST_PORT = 20_000;
    private static final int LAST_PORT = 32_000;
    private static final int PORT_ATTEMPTS = 50;

    private final List<AutoCloseable> parts = new CopyOnWriteArrayList<>();
    private final List<WebNode> nodes = new ArrayList<>();
    private final Director director = Director.create();
    private final ServiceKey service;
    private final ChildProcess storage;
    private final LoopbackServer statusServer;
    private final Relay relay;
    private final String token = HexFormat.of().toHexDigits(new SecureRandom().nextLong());
    private final AdminServer admin;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Cluster(int servers, int port, String adminAddress) throws IOException {
        try {
            storage = started(ChildProcess.start("storage", StorageServer.class));
            statusServer = LoopbackServer.start(request -> Reply.ok("application/json", statusJson()), Map.of());
            parts.add(statusServer);
            List<ChildProcess> processes = new ArrayList<>();
            for (int i = 0; i < servers; i++) {
                processes.add(startWebServer(name(i)));
            }
            for (int i = 0; i < servers; i++) {
                nodes.add(new WebNode(name(i), servers - i, processes.get(i)));
            }
            relay = startRelay(port);
            parts.add(relay);
            service = director.services().get(0).service().key();
            nodes.forEach(WebNode::addedToService);
            admin = AdminServer.builder(director)
                    .listen(adminAddress)
                    .token(token)
                    .relay(relay)
                    .start();
            parts.add(admin);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Starts a cluster and waits until every process listens.
     *
     * @param servers the number of web servers and the weight of the first one; each next weight is smaller by one
     * @param port the port of the virtual address; 0 for a free one
     * @param adminAddress where the admin endpoint listens
     */
    static Cluster start(int servers, int port, String adminAddress) throws IOException {
        return new Cluster(servers, port, adminAddress);
    }

    private static String name(int index) {
        return "web" + (index + 1);
    }

    /**
     * Relays the service at a port. If the port is 0, tries free ones, since another program may take a port before it
     * is bound.
     */
    private Relay startRelay(int port) throws IOException {
        for (int attempt = 1; ; attempt++) {
            ServiceKey key = ServiceKey.tcp("127.0.0.1:" + (port == 0 ? freePort() : port));
            director.addService(VirtualService.builder(key).scheduler(SCHEDULER).build());
            // The director lists the newest server first, so web1 is added last.
            for (int i = nodes.size() - 1; i >= 0; i--) {
                director.addServer(key, nodes.get(i).realServer());
            }
            try {
                // One thread, because the demonstration checks exact shares: threads that race for the next position of
                // the round robin may finish a round with one connection more or less per server.
                return Relay.builder(director).threads(1).start();
            } catch (RelayException e) {
                if (port != 0 || attempt == PORT_ATTEMPTS) {
                    throw e;
                }
                director.removeService(key);
            }
        }
    }

    /** A free port below the range of ephemeral ports. */
    private static int freePort() throws IOException {
        for (int attempt = 1; ; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
            try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
                return probe.getLocalPort();
            } catch (IOException e) {
                if (attempt == PORT_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private ChildProcess startWebServer(String name) throws IOException {
        return started(ChildProcess.start(
                name,
                WebServer.class,
                name,
                storage.address().toString(),
                statusServer.address().toString()));
    }

    private ChildProcess started(ChildProcess child) {
        parts.add(child);
        return child;
    }

    private void addToService(WebNode node) {
        director.addServer(service, node.realServer());
        node.addedToService();
    }

    /** The virtual address. */
    Endpoint address() {
        return Endpoint.of(relay.address(service));
    }

    /** Where the admin endpoint listens, as a URL. */
    String adminAddress() {
        return admin.address();
    }

    /** The lines of a command that makes the last web server's weight that of the first one. */
    List<String> adminCommand() {
        return List.of(
                "  curl -X PATCH -H 'Authorization: Bearer " + token + "' -H 'Content-Type: application/json' \\",
                "    -d '{\"weight\": " + nodes.size() + "}' " + adminAddress() + "/api/v1/services/tcp:" + address()
                        + "/servers/" + nodes.get(nodes.size() - 1).address());
    }

    ChildProcess storage() {
        return storage;
    }

    List<WebNode> nodes() {
        return List.copyOf(nodes);
    }

    /** The present state. */
    synchronized ClusterStatus status() {
        var snapshot = director.service(service);
        return new ClusterStatus(
                address().toString(),
                SCHEDULER,
                relay.snapshot().retries(),
                nodes.stream().map(node -> node.status(snapshot)).toList());
    }

    /** Sets all counters to zero. */
    synchronized void resetCounters() {
        director.resetCounters(service);
        nodes.forEach(WebNode::resetCounters);
    }

    private byte[] statusJson() {
        return JSON.toJson(status()).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Stops the process of a web server without changing the service: it completes its requests, closes its
     * port and exits.
     */
    void stop(WebNode node) {
        node.process().close();
    }

    /** Removes a web server from the service. */
    synchronized void remove(WebNode node) {
        node.status(director.service(service));
        director.removeServer(service, node.address());
        node.removedFromService();
    }

    /** Starts a new process for a removed web server and adds it to the service. */
    void restart(WebNode node) throws IOException {
        ChildProcess process = startWebServer(node.name());
        process.address();
        synchronized (this) {
            node.replace(process);
            addToService(node);
        }
    }

    /** Stops the relay and every process. Idempotent. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        for (AutoCloseable part : parts) {
            if (part instanceof ChildProcess child) {
                child.requestStop();
            }
        }
        for (int i = parts.size() - 1; i >= 0; i--) {
            try {
                parts.get(i).close();
            } catch (Exception e) {
                System.err.println("could not close " + parts.get(i) + ": " + e);
            }
        }
    }
}
