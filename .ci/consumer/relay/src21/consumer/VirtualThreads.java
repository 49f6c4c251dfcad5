package consumer;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * Ten thousand virtual threads hold a connection each, and then many short ones decide about a packet each. Exit status 0 if
 * every one was placed, every connection was counted and released, and a small heap has sufficed.
 */
public final class VirtualThreads {
    private static final int HOLDERS = 10_000;
    private static final int PACKETS = 500_000;
    private static final int AT_ONCE = 1_000;

    private VirtualThreads() {}

    public static void main(String[] args) throws Exception {
        ServiceKey web = ServiceKey.tcp("10.0.0.1:80");
        Director director = Director.builder().linger(false).build();
        director.addService(
                VirtualService.of(web, "rr"), RealServer.of("192.168.0.1:80"), RealServer.of("192.168.0.2:80"));

        CountDownLatch open = new CountDownLatch(HOLDERS);
        CountDownLatch counted = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < HOLDERS; i++) {
                threads.submit(() -> {
                    try (Connection connection = director.open(web)) {
                        connection.established();
                        open.countDown();
                        counted.await();
                    }
                    return null;
                });
            }
            open.await();
            require(active(director, web) == HOLDERS, "counted are " + active(director, web));
            counted.countDown();
        }
        require(active(director, web) == 0, "left are " + active(director, web));

        LongAdder forwarded = new LongAdder();
        Semaphore running = new Semaphore(AT_ONCE);
        for (int i = 0; i < PACKETS; i++) {
            Endpoint client = new Endpoint(Endpoint.parse("10.1.0.1:1").address(), 1 + i % 60_000);
            running.acquire();
            Thread.startVirtualThread(() -> {
                Flow flow = Flow.of(Protocol.TCP, client, Endpoint.parse("10.0.0.1:80"));
                if (director.flows().dispatch(flow, 2, 40) != 0) {
                    forwarded.increment();
                }
                running.release();
            });
        }
        running.acquire(AT_ONCE);
        require(forwarded.sum() == PACKETS, "forwarded are " + forwarded);
        System.out.println(HOLDERS + " connections and " + PACKETS + " packets on virtual threads of JDK "
                + Runtime.version().feature());
    }

    private static int active(Director director, ServiceKey key) {
        return director.service(key).servers().stream()
                .mapToInt(server -> server.active())
                .sum();
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalStateException(otherwise);
        }
    }
}
