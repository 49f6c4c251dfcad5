package org.lvs4j.examples.webcluster;

import com.google.gson.Gson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.lvs4j.Director;
import org.lvs4j.examples.webcluster.LoopbackServer.Reply;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.Relay;
import org.lvs4j.netty.RelayException;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * The whole cluster: the director and its relay in this process, each web server and the storage in one of its own.
 * Thread-safe. Closing it ends every process and gives back every port.
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
    private final Child storage;
    private final LoopbackServer statusServer;
    private final Relay relay;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Cluster(int servers, int port) throws IOException {
        try {
            storage = started(Child.start("storage", StorageServer.class));
            statusServer = LoopbackServer.start(request -> Reply.ok("application/json", statusJson()), Map.of());
            parts.add(statusServer);
            List<Child> processes = new ArrayList<>();
            for (int i = 0; i < servers; i++) {
                processes.add(startWebServer(name(i)));
            }
            for (int i = 0; i < servers; i++) {
                nodes.add(new WebNode(name(i), servers - i, processes.get(i)));
            }
            relay = startRelay(port);
            parts.add(relay);
            service = director.services().get(0).service().key();
            nodes.forEach(WebNode::enterService);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Starts a cluster and waits until all of it answers.
     *
     * @param servers how many web servers; the first weighs as much, each next one less by one
     * @param port of the virtual address; 0 for a free one
     */
    static Cluster start(int servers, int port) throws IOException {
        return new Cluster(servers, port);
    }

    private static String name(int index) {
        return "web" + (index + 1);
    }

    /** Relays one service, at a free port if none is given. Somebody may take that port meanwhile: then another one. */
    private Relay startRelay(int port) throws IOException {
        for (int attempt = 1; ; attempt++) {
            ServiceKey key = ServiceKey.tcp("127.0.0.1:" + (port == 0 ? freePort() : port));
            director.addService(VirtualService.builder(key).scheduler(SCHEDULER).build());
            // The director puts the newest server first, so the first one comes last.
            for (int i = nodes.size() - 1; i >= 0; i--) {
                director.addServer(key, nodes.get(i).realServer());
            }
            try {
                // One thread takes the turns in exactly the order of the weights, as the tour shows. Threads that race
                // for a turn get a little ahead of each other.
                return Relay.builder(director).threads(1).start();
            } catch (RelayException e) {
                if (port != 0 || attempt == PORT_ATTEMPTS) {
                    throw e;
                }
                director.removeService(key);
            }
        }
    }

    /** A port that is free now, and that the system does not give to outgoing connections by itself. */
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

    private Child startWebServer(String name) throws IOException {
        return started(Child.start(
                name,
                WebServer.class,
                name,
                storage.address().toString(),
                statusServer.address().toString()));
    }

    private Child started(Child child) {
        parts.add(child);
        return child;
    }

    private void enter(WebNode node) {
        director.addServer(service, node.realServer());
        node.enterService();
    }

    /** The virtual address. */
    Endpoint address() {
        return Endpoint.of(relay.address(service));
    }

    Child storage() {
        return storage;
    }

    List<WebNode> nodes() {
        return List.copyOf(nodes);
    }

    /** What is going on now. */
    synchronized ClusterStatus status() {
        var snapshot = director.service(service);
        return new ClusterStatus(
                address().toString(),
                SCHEDULER,
                relay.snapshot().retries(),
                nodes.stream().map(node -> node.status(snapshot)).toList());
    }

    /** Counts connections from zero again. */
    synchronized void zero() {
        director.resetCounters(service);
        nodes.forEach(WebNode::zero);
    }

    private byte[] statusJson() {
        return JSON.toJson(status()).getBytes(StandardCharsets.UTF_8);
    }

    /** Stops a web server without a word to the director: it finishes what it has, closes its port and exits. */
    void stop(WebNode node) {
        node.process().close();
    }

    /** Takes a web server out of the service. */
    synchronized void takeOut(WebNode node) {
        node.status(director.service(service));
        director.removeServer(service, node.address());
        node.leaveService();
    }

    /** Starts a new process for a web server that was taken out, and puts that into the service. */
    void bringBack(WebNode node) throws IOException {
        Child process = startWebServer(node.name());
        process.address();
        synchronized (this) {
            node.replace(process);
            enter(node);
        }
    }

    /** Ends everything; safe to call again. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        for (AutoCloseable part : parts) {
            if (part instanceof Child child) {
                child.letGo();
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
