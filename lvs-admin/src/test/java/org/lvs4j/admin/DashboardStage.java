package org.lvs4j.admin;

import static org.lvs4j.service.ServiceKey.tcp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.lvs4j.Director;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.SmtpCheck;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.Relay;
import org.lvs4j.netty.health.HealthMonitor;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** A director that relays to small servers on loopback and checks them, with its endpoint. */
final class DashboardStage implements AutoCloseable {
    static final String TOKEN = AdminClient.TOKEN;

    private static final CheckSchedule OFTEN = CheckSchedule.builder()
            .alpha(true)
            .interval(Duration.ofMillis(100))
            .warmup(Duration.ZERO)
            .build();

    final Director director = Director.create();
    final ServiceKey web;
    final List<LoopbackServer> servers = new ArrayList<>();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final HealthMonitor monitor;
    private final Relay relay;
    private AdminServer admin;

    /** One service, {@code rr}, with three servers at 127.0.1.1 to 127.0.1.3, each checked. */
    DashboardStage() throws Exception {
        this("");
    }

    /** The same; with a greeting there is another service, whose check fails with that text. */
    DashboardStage(String greeting) throws Exception {
        web = freeKey("127.0.0.1");
        for (int i = 1; i <= 3; i++) {
            servers.add(server("127.0.1." + i, ""));
        }
        director.addService(
                VirtualService.of(web, "rr"),
                servers.stream().map(each -> RealServer.of(each.endpoint())).toArray(RealServer[]::new));
        HealthMonitor.Builder checks = HealthMonitor.builder(director)
                .check(web, each -> new TcpCheck(ProbeTarget.of(each.endpoint()), OFTEN));
        if (!greeting.isEmpty()) {
            ServiceKey mail = freeKey("127.0.0.1");
            director.addService(
                    VirtualService.of(mail, "wrr"),
                    RealServer.of(server("127.0.1.9", greeting).endpoint()));
            checks.check(mail, each -> new SmtpCheck(ProbeTarget.of(each.endpoint()), OFTEN, "localhost"));
        }
        // A connection that is held open and silent is no reason to end it.
        relay = keep(Relay.builder(director).drainIdle(Duration.ofHours(1)).start());
        monitor = keep(checks.start());
        startAdmin(0);
    }

    private <T extends AutoCloseable> T keep(T closeable) {
        opened.add(closeable);
        return closeable;
    }

    private LoopbackServer server(String host, String greeting) throws IOException {
        return keep(new LoopbackServer(host, 0, greeting));
    }

    /** A service at a port that is free now. */
    static ServiceKey freeKey(String host) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return tcp(host + ":" + socket.getLocalPort());
        }
    }

    /** Starts an endpoint for this director, at the same port as the one before. */
    void startAdmin(int port) {
        startAdmin(director, port);
    }

    /** Starts an endpoint for another director, as a new process does. */
    void startAdmin(Director other, int port) {
        AdminServer.Builder builder = AdminServer.builder(other)
                .listen("127.0.0.1:" + port)
                .token(TOKEN)
                .requestsPerSecond(1000);
        if (other == director) {
            builder.relay(relay).healthMonitor(monitor);
        }
        admin = keep(builder.start());
    }

    /** Closes the endpoint, and returns its port. */
    int stopAdmin() {
        int port = admin.port();
        admin.close();
        return port;
    }

    String url() {
        return admin.address();
    }

    Endpoint virtual() {
        return ((ServiceKey.Address) web).endpoint();
    }

    /** How the page calls the service. */
    String service() {
        return "tcp " + virtual();
    }

    /** The weight of a server, as the director has it. */
    int weight(int server) {
        return director.configuration(web)
                .server(servers.get(server).endpoint())
                .weight();
    }

    boolean isDraining(int server) {
        return director.drains().stream()
                .anyMatch(each -> each.server().equals(servers.get(server).endpoint())
                        && each.phase() != org.lvs4j.Drain.Phase.ABORTED);
    }

    /** A connection of a client that is answered once and stays open. */
    Socket connect() throws IOException {
        return keep(connect(virtual()));
    }

    /** The server that has a connection. */
    Endpoint serverOf(Socket socket) {
        Endpoint client = Endpoint.of((InetSocketAddress) socket.getLocalSocketAddress());
        return director.connections().stream()
                .filter(each -> each.client().equals(client))
                .findFirst()
                .orElseThrow()
                .server();
    }

    static Socket connect(Endpoint virtual) throws IOException {
        Socket socket = new Socket(virtual.address().toInetAddress(), virtual.port());
        socket.setSoTimeout(30_000);
        socket.getOutputStream().write(new byte[500]);
        if (socket.getInputStream().readNBytes(500).length != 500) {
            socket.close();
            throw new IOException("the server has closed the connection");
        }
        return socket;
    }

    /** Connections one after another, until it is closed. */
    AutoCloseable traffic() {
        return keep(traffic(virtual(), 15));
    }

    static AutoCloseable traffic(Endpoint virtual, long pauseMillis) {
        return repeat(pauseMillis, () -> {
            try {
                connect(virtual).close();
            } catch (IOException e) {
                // A server that is down is a part of the play.
            }
        });
    }

    /** Changes of the weight of the first server, 5 or 6, one after another, until it is closed. */
    AutoCloseable changes() {
        RealServer.Builder server = RealServer.builder(servers.get(0).endpoint());
        AtomicInteger count = new AtomicInteger();
        return keep(repeat(
                20,
                () -> director.editServer(
                        web, server.weight(5 + count.getAndIncrement() % 2).build())));
    }

    private static AutoCloseable repeat(long pauseMillis, Runnable work) {
        AtomicBoolean stop = new AtomicBoolean();
        Thread thread = LoopbackServer.daemon(() -> {
            while (!stop.get()) {
                work.run();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMillis));
            }
        });
        return () -> {
            stop.set(true);
            thread.join();
        };
    }

    @Override
    public void close() {
        for (int i = opened.size() - 1; i >= 0; i--) {
            try {
                opened.get(i).close();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }
}
