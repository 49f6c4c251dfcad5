package org.lvs4j.benchmarks;

import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.scheduler.Scheduler;
import org.lvs4j.scheduler.SchedulerProvider;
import org.lvs4j.scheduler.Schedulers;
import org.lvs4j.scheduler.Servers;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * A service with servers of random weights (1..100) and random numbers of active and inactive connections (0..15
 * of each), the same in every run. A director made all of it, so schedulers are measured on the list that they
 * get in production.
 */
final class ServerFixture {
    static final int MAX_WEIGHT = 100;
    static final Endpoint VIRTUAL = Endpoint.parse("10.0.0.1:80");

    private static final long SEED = 0x1B5;
    private static final int MAX_CONNECTIONS = 15;
    private static final int FIRST_SERVER = 0x0A01_0001; // 10.1.0.1
    private static final int FIRST_CLIENT = 0x0B00_0001; // 11.0.0.1
    private static final ServiceKey SERVICE = ServiceKey.tcp(VIRTUAL.toString());
    private static final Schedulers SCHEDULERS = Schedulers.load(ServerFixture.class.getClassLoader());

    private final Director director;
    private final boolean linger;
    private final PlannedScheduler.View view;

    /** Adds 1..65535 servers and opens their connections; those that are closed do not linger. */
    ServerFixture(int size) {
        this(size, false);
    }

    /** Adds 1..65535 servers and opens their connections. */
    ServerFixture(int size, boolean linger) {
        this.linger = linger;
        // ThreadLocalRandom.current() must not be passed to another thread, so each call looks it up.
        director = Director.builder()
                .random((RandomGenerator) () -> ThreadLocalRandom.current().nextLong())
                .linger(linger)
                .build();
        director.addService(service(PlannedScheduler.NAME));
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < size; i++) {
            Endpoint endpoint = new Endpoint(IpAddress.of(AddressFamily.IPV4, 0, FIRST_SERVER + i), 8080);
            director.addServer(
                    SERVICE,
                    RealServer.builder(endpoint)
                            .weight(random.nextInt(1, MAX_WEIGHT + 1))
                            .build());
        }
        Flow flow = new Flow();
        for (int server = 0; server < size; server++) {
            int active = random.nextInt(server == 0 ? 1 : 0, MAX_CONNECTIONS + 1);
            int inactive = random.nextInt(MAX_CONNECTIONS + 1);
            for (int i = 0; i < active + inactive; i++) {
                open(flow, server, FIRST_CLIENT + i, i < active);
            }
        }
        view = PlannedScheduler.takeView();
    }

    private void open(Flow flow, int server, int client, boolean active) {
        // Never closed: it is part of the load.
        Connection connection = director.open(flow.set(
                Protocol.TCP,
                AddressFamily.IPV4,
                0,
                client,
                server,
                0,
                VIRTUAL.address().low(),
                VIRTUAL.port()));
        connection.established();
        if (!active) {
            connection.clientFinished();
        }
    }

    /** The names of all registered schedulers but {@link PlannedScheduler}. */
    static SortedSet<String> schedulers() {
        SortedSet<String> names = new TreeSet<>(SCHEDULERS.names());
        names.remove(PlannedScheduler.NAME);
        return names;
    }

    /** The list that the director passes to its schedulers, with live counts. */
    Servers servers() {
        return view.servers();
    }

    /**
     * Creates a scheduler for the list.
     *
     * @throws IllegalArgumentException if no scheduler has this name
     */
    Scheduler scheduler(String name) {
        SchedulerProvider provider = SCHEDULERS.find(name);
        if (provider == null) {
            throw new IllegalArgumentException("no scheduler is called '" + name + "'; there are " + schedulers());
        }
        return provider.create(view.servers(), view.context());
    }

    /** Gives the service another scheduler and returns the director. */
    Director director(String scheduler) {
        director.editService(service(scheduler));
        return director;
    }

    /** The number of connections that the director counts on its servers now; active ones only if others linger. */
    long liveConnections() {
        long live = 0;
        for (ServerSnapshot server : director.service(SERVICE).servers()) {
            live += server.active() + (linger ? 0 : server.inactive());
        }
        return live;
    }

    private static VirtualService service(String scheduler) {
        return VirtualService.builder(ServiceKey.tcp(VIRTUAL.toString()))
                .scheduler(scheduler)
                .build();
    }
}
