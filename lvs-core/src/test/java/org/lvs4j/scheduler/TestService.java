package org.lvs4j.scheduler;

import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.SchedulerFlag;
import org.lvs4j.service.Sysctl;

/** A service reduced to its servers and its scheduler. Changes call the hooks of the scheduler, as a director does. */
final class TestService implements SchedulerContext {
    /** A list and its scheduler. */
    record View(TestServers servers, Scheduler scheduler) {}

    private static final Schedulers ALL = Schedulers.load(TestService.class.getClassLoader());

    final int[] sysctls = new int[Sysctl.values().length];
    final RandomGenerator random;
    volatile long nowNanos = 1_000_000_000L;
    volatile View view;
    private final Set<SchedulerFlag> flags;
    private int nextId;

    TestService(String scheduler, Set<SchedulerFlag> flags) {
        this(scheduler, flags, new SplittableRandom(42));
    }

    TestService(String scheduler, Set<SchedulerFlag> flags, RandomGenerator random) {
        this.flags = flags;
        this.random = random;
        for (Sysctl sysctl : Sysctl.values()) {
            sysctls[sysctl.ordinal()] = sysctl.defaultValue();
        }
        view = new View(TestServers.none(), ALL.find(scheduler).create(TestServers.none(), this));
    }

    /** A service with servers 192.168.1.1:80, 192.168.1.2:80 and so on, added in this order. */
    static TestService of(String scheduler, int... weights) {
        TestService service = new TestService(scheduler, EnumSet.noneOf(SchedulerFlag.class));
        for (int i = 0; i < weights.length; i++) {
            service.add(endpoint(i + 1), weights[i]);
        }
        return service;
    }

    static TestService of(String scheduler, SchedulerFlag flag, int... weights) {
        TestService service = of(scheduler, weights);
        service.view = new View(service.view.servers, service.view.scheduler.flagsChanged(EnumSet.of(flag)));
        return service;
    }

    static String endpoint(int number) {
        return "192.168." + (number / 250 + 1) + "." + number % 250 + ":80";
    }

    void add(String endpoint, int weight) {
        add(endpoint, weight, new TestServers.Live(nextId++));
    }

    void add(String endpoint, int weight, TestServers.Live live) {
        View now = view;
        TestServers servers =
                now.servers.with(RealServer.builder(endpoint).weight(weight).build(), live);
        view = new View(servers, now.scheduler.serverAdded(servers));
    }

    /** Adds servers in one step, the last one at the head of the list. */
    void addAll(int firstNumber, int... weights) {
        View now = view;
        TestServers servers = now.servers;
        for (int i = 0; i < weights.length; i++) {
            servers = servers.with(
                    RealServer.builder(endpoint(firstNumber + i))
                            .weight(weights[i])
                            .build(),
                    new TestServers.Live(nextId++));
        }
        view = new View(servers, now.scheduler.serversAdded(servers, weights.length));
    }

    void remove(int index) {
        View now = view;
        TestServers servers = now.servers.without(index);
        view = new View(servers, now.scheduler.serverRemoved(servers, index));
    }

    void remove(String endpoint) {
        remove(view.servers.indexOf(endpoint));
    }

    void edit(int index, int weight) {
        View now = view;
        TestServers servers = now.servers.withWeight(index, weight);
        view = new View(servers, now.scheduler.serverEdited(servers, index));
    }

    void edit(String endpoint, int weight) {
        edit(view.servers.indexOf(endpoint), weight);
    }

    TestServers.Live live(String endpoint) {
        return view.servers.live(view.servers.indexOf(endpoint));
    }

    int pick(Flow flow) {
        View now = view;
        return now.scheduler.pick(now.servers, flow);
    }

    /** The last byte of the address of the picked server, or 0 for none. */
    int host(Flow flow) {
        int index = pick(flow);
        return index == Scheduler.NONE
                ? 0
                : (int) view.servers.server(index).endpoint().address().low() & 0xFF;
    }

    /** The hosts picked by a number of connections of different clients, for example {@code "1 2 1"}. */
    String hosts(int picks) {
        StringBuilder hosts = new StringBuilder();
        for (int i = 0; i < picks; i++) {
            hosts.append(i == 0 ? "" : " ").append(host(flow(i)));
        }
        return hosts.toString();
    }

    /** A connection from the client 10.0.0.0 plus a number to the address 11.0.0.0 plus that number. */
    static Flow flow(int number) {
        return new Flow()
                .set(
                        Protocol.TCP,
                        AddressFamily.IPV4,
                        0,
                        0x0A00_0000L + number,
                        1024 + number % 60_000,
                        0,
                        0x0B00_0000L + number,
                        80);
    }

    /** A connection of IPv6 from a client to an address, both by a number. */
    static Flow flow6(int number) {
        return new Flow()
                .set(
                        Protocol.TCP,
                        AddressFamily.IPV6,
                        0x2001_0DB8_0000_0000L,
                        number,
                        1024 + number % 60_000,
                        0x2001_0DB8_0001_0000L,
                        number,
                        80);
    }

    /** A connection from an address and port to 10.0.0.100:80. */
    static Flow from(String client) {
        return Flow.of(
                Protocol.TCP,
                Endpoint.parse(client),
                Endpoint.parse(client.startsWith("[") ? "[fd00::100]:80" : "10.0.0.100:80"));
    }

    /** A connection to an address. */
    static Flow to(String virtual) {
        return Flow.of(Protocol.TCP, Endpoint.parse("10.9.9.9:999"), Endpoint.parse(virtual));
    }

    void advanceSeconds(long seconds) {
        nowNanos += seconds * 1_000_000_000L;
    }

    @Override
    public Set<SchedulerFlag> flags() {
        return flags;
    }

    @Override
    public long nanoTime() {
        return nowNanos;
    }

    @Override
    public int sysctl(Sysctl sysctl) {
        return sysctls[sysctl.ordinal()];
    }

    @Override
    public RandomGenerator random() {
        return random;
    }
}
