package org.lvs4j;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.List;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.counters.Counters;
import org.lvs4j.net.Flow;
import org.lvs4j.scheduler.Scheduler;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** {@link ServiceState} publishes a consistent view by one write. */
public class ServiceStateStress {
    private static final VirtualService BEFORE =
            VirtualService.builder(ServiceKey.tcp("192.0.2.1:80")).build();
    private static final VirtualService AFTER =
            BEFORE.toBuilder().scheduler("rr").build();
    private static final RealServer SERVER = RealServer.of("198.51.100.1:80");
    private static final SlowStart NONE = new SlowStart(0, 0);

    private static ServiceState.View empty(ServerPool pool) {
        return new ServiceState.View(BEFORE, null, pool, choosing(Scheduler.NONE));
    }

    private static ServiceState.View with(VirtualService config, ServerPool pool) {
        ServerState state = new ServerState(0, SERVER, new Counters(), pool.board());
        return new ServiceState.View(config, null, pool.with(List.of(state), NONE), choosing(0));
    }

    private static Scheduler choosing(int index) {
        return (servers, flow) -> index;
    }

    /** A server is added while a connection is scheduled. */
    @JCStressTest
    @Outcome(id = "0, -1, 0", expect = ACCEPTABLE, desc = "The list before, with its scheduler.")
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "The list after, with its scheduler, and its server complete.")
    @Outcome(expect = FORBIDDEN, desc = "The scheduler of one view with the list of another, or an incomplete list.")
    @State
    public static class ListAndScheduler {
        private final ServerPool pool = ServerPool.empty();
        private final ServiceState service = new ServiceState(empty(pool));
        private final Flow flow = new Flow();

        @Actor
        public void publish() {
            service.publish(with(BEFORE, pool));
        }

        @Actor
        public void pick(III_Result r) {
            ServiceState.View view = service.view();
            Scheduler scheduler = view.scheduler();
            r.r1 = view.servers().size();
            r.r2 = scheduler == null ? -2 : scheduler.pick(view.servers(), flow);
            r.r3 = r.r2 >= 0 && view.servers().state(r.r2).config() == SERVER ? 1 : 0;
        }
    }

    /** A service is edited while a packet reads its configuration and its servers. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Before.")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "After.")
    @Outcome(expect = FORBIDDEN, desc = "The configuration of one view with the list of another.")
    @State
    public static class ConfigurationAndList {
        private final ServerPool pool = ServerPool.empty();
        private final ServiceState service = new ServiceState(empty(pool));

        @Actor
        public void publish() {
            service.publish(with(AFTER, pool));
        }

        @Actor
        public void read(II_Result r) {
            ServiceState.View view = service.view();
            r.r1 = view.config() == AFTER ? 1 : 0;
            r.r2 = view.servers().size();
        }
    }
}
