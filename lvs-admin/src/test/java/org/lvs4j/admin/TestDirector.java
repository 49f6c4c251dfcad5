package org.lvs4j.admin;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.Director;
import org.lvs4j.DrainOptions;
import org.lvs4j.FlowDispatcher;
import org.lvs4j.ServiceEdit;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.HealthEvent;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.TcpFlags;
import org.lvs4j.netty.health.HealthMonitor;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * A director that has something of everything, with its endpoint: the services that are examples in {@code openapi.json}, a
 * connection, a template, a drain, and if asked for a checked server that is up.
 */
final class TestDirector implements AutoCloseable {
    static final String TOKEN = "0123456789abcdef";

    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");
    private static final ServiceKey CHECKED = ServiceKey.tcp("10.0.0.9:80");

    private final ServerSocket checkedServer;
    private final HealthMonitor monitor;
    private final AdminServer admin;
    private volatile String reason;
    private volatile boolean reloads = true;

    /**
     * Starts everything.
     *
     * @param checked whether there is a health monitor, and the checked server is up
     */
    TestDirector(boolean checked) throws Exception {
        Director director = Director.create();
        RealServer server = RealServer.of("192.168.1.1:8080");
        director.addService(VirtualService.builder(WEB).persistent(300).build(), server);
        director.addService(VirtualService.of(ServiceKey.udp("[fd00::1]:53")), RealServer.of("[fd00::2]:53"));
        director.addService(VirtualService.of(ServiceKey.mark(5)), server);
        director.addService(VirtualService.of(ServiceKey.mark(5, AddressFamily.IPV6)), RealServer.of("[fd00::2]:80"));
        director.addService(VirtualService.of(ServiceKey.named("orders")), server, RealServer.of("[fd00::2]:80"));
        director.addService(VirtualService.of(CHECKED));
        FlowDispatcher flows = director.flows();
        flows.dispatch(
                Flow.of(Protocol.TCP, Endpoint.parse("172.16.0.1:40000"), Endpoint.parse("10.0.0.1:80")),
                TcpFlags.SYN,
                60);
        director.drain(WEB, server.endpoint(), DrainOptions.within(Duration.ofHours(1)));

        checkedServer = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        admin = AdminServer.builder(director)
                .listen("127.0.0.1:0")
                .token(TOKEN)
                .control(new Control(director))
                .readiness(() -> reason)
                .start();
        monitor = checked ? monitor(director) : null;
        if (monitor != null) {
            check(monitor);
        }
    }

    private static HealthMonitor monitor(Director director) {
        return HealthMonitor.builder(director)
                .check(
                        CHECKED,
                        each -> new TcpCheck(
                                ProbeTarget.of(each.endpoint()),
                                CheckSchedule.builder()
                                        .alpha(true)
                                        .interval(Duration.ofMillis(100))
                                        .warmup(Duration.ZERO)
                                        .build()))
                .start();
    }

    private void check(HealthMonitor monitor) throws Exception {
        CountDownLatch up = new CountDownLatch(1);
        admin.setHealthMonitor(monitor);
        monitor.addListener(event -> {
            if (event instanceof HealthEvent.ServerChanged changed && changed.up()) {
                up.countDown();
            }
        });
        monitor.setServers(CHECKED, List.of(RealServer.of("127.0.0.1:" + checkedServer.getLocalPort())));
        if (!up.await(1, TimeUnit.MINUTES)) {
            close();
            throw new AssertionError("the checked server has not come up");
        }
    }

    private final class Control implements AdminControl {
        private final Director director;

        Control(Director director) {
            this.director = director;
        }

        @Override
        public <E extends Exception> List<ConfigurationChange> change(ServiceKey key, ServiceEdit<E> edit) throws E {
            return director.change(key, edit);
        }

        @Override
        public boolean canReload() {
            return reloads;
        }

        @Override
        public List<String> reload() {
            return canReload() ? List.of("+ TCP 10.0.0.2:80") : AdminControl.super.reload();
        }
    }

    String url() {
        return admin.address();
    }

    void notReady(String why) {
        reason = why;
    }

    void refuseReload() {
        reloads = false;
    }

    @Override
    public void close() throws IOException {
        admin.close();
        if (monitor != null) {
            monitor.close();
        }
        checkedServer.close();
    }
}
