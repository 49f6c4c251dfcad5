package org.lvs4j;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.lvs4j.internal.concurrent.IdTable;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.counters.Counters;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.scheduler.Scheduler;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** {@link ServiceRegistry}: a packet sees the services before or after a change, and never an incomplete one. */
public class ServiceRegistryStress {
    private static final RealServer FIRST = RealServer.of("198.51.100.1:80");
    private static final RealServer SECOND = RealServer.of("198.51.100.2:80");

    // Shared, because it is slow to create. Each race has its own service.
    private static final ServiceRegistry REGISTRY = new ServiceRegistry(
            ServiceRegistryStress.class.getClassLoader(),
            new Settings(),
            () -> 0,
            new Random(1),
            new SlowStarts(Duration.ZERO, () -> 0),
            new Counters(),
            new IdTable<>(ServerState[]::new, 1 << 20),
            server -> {});
    private static final AtomicInteger NEXT = new AtomicInteger();

    private static Endpoint endpoint() {
        return Endpoint.parse("192.0.2.1:" + (1 + NEXT.getAndIncrement() % 60_000));
    }

    private static VirtualService service(Endpoint endpoint) {
        return VirtualService.builder(ServiceKey.tcp(endpoint.toString()))
                .scheduler("rr")
                .build();
    }

    private static Flow flow(Endpoint endpoint) {
        return Flow.of(Protocol.TCP, Endpoint.parse("203.0.113.1:1024"), endpoint);
    }

    /** Makes a list of one change. */
    private static void change(Runnable change) {
        synchronized (REGISTRY) {
            REGISTRY.begin();
            change.run();
            REGISTRY.commit();
        }
    }

    /** The number of servers that a packet finds; -1 without a service, -2 if the picked server is not registered. */
    private static int seen(Flow flow) {
        ServiceState service = REGISTRY.table().find(flow);
        if (service == null) {
            return -1;
        }
        ServiceState.View view = service.view();
        Scheduler scheduler = view.scheduler();
        int size = view.servers().size();
        if (size == 0 || scheduler == null) {
            return 0;
        }
        ServerState server = view.servers().state(scheduler.pick(view.servers(), flow));
        return REGISTRY.server(server.id()) == server ? size : -2;
    }

    /** A service is added while a packet for it is dispatched. */
    @JCStressTest
    @Outcome(
            id = {"-1", "0", "1", "2"},
            expect = ACCEPTABLE,
            desc = "No service yet, or one with the servers added so far.")
    @Outcome(expect = FORBIDDEN, desc = "A server that is not registered yet.")
    @State
    public static class AddService {
        private final Endpoint endpoint = endpoint();
        private final VirtualService service = service(endpoint);
        private final Flow flow = flow(endpoint);

        @Actor
        public void add() {
            change(() -> REGISTRY.addService(service, List.of(FIRST, SECOND)));
        }

        @Actor
        public void packet(I_Result r) {
            r.r1 = seen(flow);
        }

        @Arbiter
        public void after() {
            change(() -> REGISTRY.removeService(service.key()));
            REGISTRY.emptyTrash(Long.MAX_VALUE);
        }
    }

    /** A server is removed while two packets are dispatched. */
    @JCStressTest
    @Outcome(
            id = {"2, 2", "2, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = "Both servers, then one.")
    @Outcome(expect = FORBIDDEN, desc = "A removed server came back, or the picked server is not registered.")
    @State
    public static class RemoveServer {
        private final Endpoint endpoint = endpoint();
        private final VirtualService service = service(endpoint);
        private final Flow flow = flow(endpoint);

        public RemoveServer() {
            change(() -> REGISTRY.addService(service, List.of(FIRST, SECOND)));
        }

        @Actor
        public void remove() {
            change(() -> REGISTRY.removeServer(service.key(), FIRST.endpoint()));
        }

        @Actor
        public void packets(II_Result r) {
            r.r1 = seen(flow);
            r.r2 = seen(flow);
        }

        @Arbiter
        public void after() {
            change(() -> REGISTRY.removeService(service.key()));
            REGISTRY.emptyTrash(Long.MAX_VALUE);
        }
    }
}
