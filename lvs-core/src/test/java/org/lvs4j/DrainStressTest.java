package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.TcpFlags;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Drains, ends and aborts while packets and held connections of other threads come and go. */
@Tag("slow")
final class DrainStressTest {
    private static final int SERVERS = 4;
    private static final long SECONDS = 2;
    private static final String VIP = "10.0.0.1:80";
    private static final ServiceKey WEB = ServiceKey.tcp(VIP);

    private final AtomicLong ahead = new AtomicLong();
    private final Director director =
            Director.builder().ticker(() -> System.nanoTime() + ahead.get()).build();
    private final AtomicBoolean over = new AtomicBoolean();

    private static Endpoint server(int number) {
        return Endpoint.parse("192.168.1." + (number + 1) + ":80");
    }

    @Test
    void drain_otherThreadsOpenAndCloseConnections_everythingIsReleasedOnce() throws Exception {
        long seed = System.nanoTime();
        director.addService(VirtualService.builder(WEB)
                .scheduler("wlc")
                .persistence(Persistence.of(AddressFamily.IPV4, 60))
                .build());
        for (int i = 0; i < SERVERS; i++) {
            director.addServer(WEB, RealServer.of(server(i).toString()));
        }
        List<Callable<Void>> tasks = List.of(
                () -> packets(new SplittableRandom(seed)),
                () -> held(new SplittableRandom(seed + 1)),
                () -> administer(new SplittableRandom(seed + 2)));
        ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
        try {
            List<Future<Void>> running = new ArrayList<>();
            tasks.forEach(task -> running.add(threads.submit(task)));
            TimeUnit.SECONDS.sleep(SECONDS);
            over.set(true);
            for (Future<Void> each : running) {
                each.get(30, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        director.drains().forEach(Drain::abort);
        ahead.addAndGet(Duration.ofHours(1).toNanos());
        director.advance();
        ahead.addAndGet(Duration.ofHours(1).toNanos());
        director.advance();
        assertThat(director.services().get(0).servers())
                .as("seed %d", seed)
                .allMatch(server -> server.active() == 0 && server.inactive() == 0 && server.persistent() == 0)
                .allMatch(server -> server.weight() == 1);
        assertThat(director.templates()).isEmpty();
        assertThat(director.isDraining()).isFalse();
    }

    private Void packets(SplittableRandom random) {
        Endpoint virtual = Endpoint.parse(VIP);
        while (!over.get()) {
            Endpoint client = Endpoint.parse("10.9.9." + random.nextInt(1, 200) + ":" + random.nextInt(1, 500));
            Flow flow = Flow.of(Protocol.TCP, client, virtual);
            director.flows().dispatch(flow, TcpFlags.SYN, 60);
            director.flows().dispatch(flow, TcpFlags.ACK, 60);
            if (random.nextBoolean()) {
                director.flows().dispatch(flow, TcpFlags.RST, 60);
            }
        }
        return null;
    }

    private Void held(SplittableRandom random) {
        List<Connection> open = new ArrayList<>();
        Endpoint virtual = Endpoint.parse(VIP);
        while (!over.get()) {
            Endpoint client = Endpoint.parse("10.8.8." + random.nextInt(1, 200) + ":" + random.nextInt(1, 60_000));
            Connection connection =
                    random.nextInt(4) == 0 ? director.open(WEB) : director.open(Flow.of(Protocol.TCP, client, virtual));
            if (connection.accepted()) {
                connection.established();
            }
            open.add(connection);
            open.removeIf(each -> {
                if (!each.accepted() || each.expired() || random.nextInt(100) == 0) {
                    each.close();
                    return true;
                }
                return false;
            });
        }
        open.forEach(Connection::close);
        return null;
    }

    private Void administer(SplittableRandom random) {
        while (!over.get()) {
            Endpoint server = server(random.nextInt(SERVERS));
            Duration time = Duration.ofMillis(random.nextInt(100));
            switch (random.nextInt(5)) {
                case 0 -> director.drain(WEB, server, DrainOptions.within(time));
                case 1 -> director.endConnections(WEB, server, time);
                case 2 -> director.release(WEB, server);
                case 3 -> director.setServers(WEB, List.of(RealServer.of(server.toString())));
                default ->
                    director.drains().forEach(drain -> {
                        assertThat(drain.progress().active()).isNotNegative();
                        drain.abort();
                    });
            }
            for (int i = 0; i < SERVERS; i++) {
                if (director.configuration(WEB).servers().size() < SERVERS && !contains(server(i))) {
                    director.addServer(WEB, RealServer.of(server(i).toString()));
                }
            }
            ahead.addAndGet(TimeUnit.MILLISECONDS.toNanos(random.nextInt(50)));
            director.advance();
        }
        return null;
    }

    private boolean contains(Endpoint server) {
        return director.configuration(WEB).servers().stream()
                .anyMatch(each -> each.endpoint().equals(server));
    }
}
