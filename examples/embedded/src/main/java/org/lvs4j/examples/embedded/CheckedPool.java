package org.lvs4j.examples.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.lvs4j.Director;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.HealthEvent;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.netty.health.HealthMonitor;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Takes a server out while its health check fails: a check in code and a listener. */
public final class CheckedPool {
    private static final CheckSchedule SCHEDULE =
            CheckSchedule.builder().interval(Duration.ofMillis(200)).build();

    private CheckedPool() {}

    /** Monitors a service whose only server does not run yet, and starts it. */
    public static void main(String[] args) throws IOException, InterruptedException {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        ServerSocket server = new ServerSocket(0, 50, loopback);
        int port = server.getLocalPort();
        server.close();

        ServiceKey web = ServiceKey.tcp("10.0.0.1:80"); // a name for the pool; nothing listens there
        Director director = Director.create();
        director.addService(VirtualService.of(web, "wlc"), RealServer.of("127.0.0.1:" + port));
        BlockingQueue<HealthEvent> events = new LinkedBlockingQueue<>();
        HealthMonitor monitor = HealthMonitor.builder(director)
                .check(web, each -> new TcpCheck(ProbeTarget.of(each.endpoint()), SCHEDULE))
                .listener(events::add)
                .start();
        for (boolean up = false; !up; ) {
            if (events.take() instanceof HealthEvent.CheckChanged check) {
                up = check.up();
                int servers = director.configuration(web).servers().size();
                System.out.println(check.reason() + ": " + servers + " servers");
                server = up ? server : new ServerSocket(port, 50, loopback);
            }
        }
        monitor.close();
        server.close();
    }
}
