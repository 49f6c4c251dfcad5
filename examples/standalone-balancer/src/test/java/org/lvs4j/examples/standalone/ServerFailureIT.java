package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.examples.standalone.MonitoredSite.Row;
import org.lvs4j.examples.standalone.MonitoredSite.Service;

/**
 * One of three real web servers, or all of them, fail under a steady load of {@code wrk}: how long that takes to be
 * noticed, and what clients see of it. Every service has its own clients, so that their errors can be counted.
 */
@Timeout(120)
class ServerFailureIT {
    private static final int CLIENTS = 9;
    private static final Duration TOLERANCE = Duration.ofSeconds(1);

    @TempDir
    private Path directory;

    private final Map<Service, Wrk> load = new LinkedHashMap<>();
    private Disturbances machine;
    private Namespaces namespaces;

    @BeforeEach
    void start() {
        machine = new Disturbances();
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        load.values().forEach(Wrk::close);
        machine.close();
        if (namespaces != null) {
            namespaces.close();
        }
    }

    private Nginx nginx(String page) throws IOException, InterruptedException {
        Programs.require("curl", "curl");
        return Nginx.start("c", directory, directory, List.of(), "127.0.0.1", page);
    }

    private Nginx nginx() throws IOException, InterruptedException {
        return nginx("default_type text/plain; return 200 \"c\\n\";");
    }

    /** Starts the clients of each service, and waits until every server has its share of them. */
    private void startLoad(MonitoredSite site) throws IOException, InterruptedException {
        for (Service service : site.services()) {
            load.put(service, site.load(service, CLIENTS));
        }
        site.awaitProbes();
        // Their shares differ by some: all servers have just been added, and start slowly.
        site.await(
                "clients at every server",
                System.nanoTime(),
                Service::keepAlive,
                table -> table.values().stream().allMatch(row -> row.active() > 0)
                        && table.values().stream().mapToInt(Row::active).sum() == CLIENTS);
        for (Service service : site.services()) {
            site.lvsd()
                    .await(
                            "connections",
                            () -> site.connections(service).values().stream()
                                    .allMatch(count -> count > 0 || service.keepAlive()));
        }
    }

    private Map<Service, Wrk.Result> finishLoad() throws IOException, InterruptedException {
        Map<Service, Wrk.Result> results = new LinkedHashMap<>();
        for (Map.Entry<Service, Wrk> each : load.entrySet()) {
            results.put(each.getKey(), each.getValue().finish());
        }
        return results;
    }

    private void assertNoticed(String event, Map<Service, Duration> times, Function<Service, Duration> limit) {
        times.forEach(
                (service, time) -> System.out.println(event + ", " + service + ": noticed after " + time.toMillis()
                        + " ms, configured are at most " + limit.apply(service).toMillis()));
        times.forEach((service, time) -> assertThat(time)
                .as("%s, %s; the machine stood still for %s", event, service, machine.longestStall())
                .isLessThan(limit.apply(service).plus(TOLERANCE).plus(machine.longestStall())));
    }

    private static Duration failureLimit(Service service) {
        return MonitoredSite.failureLimit(Duration.ZERO);
    }

    private static Duration recoveryLimit(Service service) {
        return MonitoredSite.recoveryLimit(service, Duration.ZERO);
    }

    private static void print(String fault, Map<Service, Wrk.Result> results) {
        results.forEach((service, result) -> System.out.println(fault + ", " + service + ": " + result));
    }

    @Test
    void kill_serverUnderLoad_onlyItsConnectionsFailAndItReturnsSlowly() throws Exception {
        try (MonitoredSite site = new MonitoredSite(directory, List.of(), nginx())) {
            startLoad(site);
            Map<Service, Integer> talking = new LinkedHashMap<>();
            site.services()
                    .forEach(service ->
                            talking.put(service, site.table(service).get("c").active()));
            long start = System.nanoTime();
            site.server("c").signal("KILL");
            Map<Service, Duration> times =
                    site.await("c to leave", start, service -> true, table -> !table.containsKey("c"));
            assertNoticed("killed", times, ServerFailureIT::failureLimit);
            for (Service service : site.services()) {
                assertThat(site.answers(service, 6)).containsExactly("a", "b");
            }

            long restart = System.nanoTime();
            site.server("c").restart();
            Map<Service, Duration> back =
                    site.await("c to return", restart, service -> true, table -> table.containsKey("c"));
            assertNoticed("restarted", back, ServerFailureIT::recoveryLimit);
            assertSlowStart(site);

            Map<Service, Wrk.Result> results = finishLoad();
            print("killed, with " + talking.values() + " connections at the server", results);
            results.forEach((service, result) -> {
                assertThat(result.otherErrors()).as("%s: %s", service, result).isZero();
                assertThat(result.cut())
                        .as("%s: %s", service, result)
                        .isEqualTo(service.keepAlive() ? talking.get(service) : 0);
            });
        }
    }

    /** The share of a server that has just come back, in three parts of the time. */
    private static void assertSlowStart(MonitoredSite site) throws InterruptedException {
        Service service = site.services().stream()
                .filter(each -> each.http() && !each.keepAlive())
                .findFirst()
                .orElseThrow();
        long part = MonitoredSite.SLOW_START.dividedBy(4).toMillis();
        List<Double> shares = new ArrayList<>();
        shares.add(share(site, service, part));
        Thread.sleep(part);
        shares.add(share(site, service, part));
        Thread.sleep(part + part / 2);
        shares.add(share(site, service, part));
        System.out.printf(
                "restarted, %s: share of new connections %.2f at first, %.2f in the middle, %.2f at the end of %s%n",
                service, shares.get(0), shares.get(1), shares.get(2), MonitoredSite.SLOW_START);
        assertThat(shares).isSorted();
        assertThat(shares.get(0)).isLessThan(0.2);
        assertThat(shares.get(2)).isBetween(0.28, 0.38);
    }

    private static double share(MonitoredSite site, Service service, long millis) throws InterruptedException {
        Map<String, Long> before = site.connections(service);
        Thread.sleep(millis);
        Map<String, Long> after = site.connections(service);
        long ofAll = after.values().stream().mapToLong(Long::longValue).sum()
                - before.values().stream().mapToLong(Long::longValue).sum();
        return (double) (after.get("c") - before.get("c")) / ofAll;
    }

    @Test
    void freeze_serverUnderLoad_httpNoticesAndNoClientFails() throws Exception {
        try (MonitoredSite site = new MonitoredSite(directory, List.of(), nginx())) {
            Nginx frozen = site.server("c");
            assertHangs("frozen", site, Service::http, () -> frozen.signal("STOP"), () -> frozen.signal("CONT"));
        }
    }

    @Test
    void slowDown_serverUnderLoad_httpNoticesAndNoClientFails() throws Exception {
        try (SlowApplication application = new SlowApplication();
                MonitoredSite site = new MonitoredSite(directory, List.of(), nginx(application.directive()))) {
            assertHangs(
                    "slow",
                    site,
                    Service::http,
                    () -> application.delay(MonitoredSite.TIMEOUT.multipliedBy(3)),
                    () -> application.delay(Duration.ZERO));
        }
    }

    @Test
    void blackhole_serverUnderLoad_bothNoticeAndNoClientFails() throws Exception {
        namespaces = Namespaces.create("lb", "srv");
        namespaces.ip("lb", "link add veth0 type veth peer name veth0 netns @srv");
        namespaces.ip("lb", "addr add 10.77.0.1/30 dev veth0");
        namespaces.ip("srv", "addr add 10.77.0.2/30 dev veth0");
        namespaces.ip("srv", "link set veth0 up");
        namespaces.ip("lb", "link set veth0 up");
        // A host that does not answer ARP either would be unreachable soon.
        String mac = namespaces.shell("srv", "cat /sys/class/net/veth0/address").strip();
        namespaces.ip("lb", "neigh replace 10.77.0.2 lladdr " + mac + " dev veth0 nud permanent");
        Nginx far = Nginx.start(
                "c",
                directory,
                directory,
                namespaces.in("srv"),
                "10.77.0.2",
                "default_type text/plain; return 200 \"c\\n\";");
        try (MonitoredSite site = new MonitoredSite(directory, namespaces.in("lb"), far)) {
            assertHangs(
                    "blackholed",
                    site,
                    service -> true,
                    () -> namespaces.ip("srv", "route add blackhole 10.77.0.1/32"),
                    () -> namespaces.ip("srv", "route del blackhole 10.77.0.1/32"));
        }
    }

    /** The begin or the end of a fault. */
    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    /**
     * A fault during which nothing is answered, and after which everything is.
     *
     * @param noticing the services whose checks find out
     */
    private void assertHangs(String fault, MonitoredSite site, Predicate<Service> noticing, Step begin, Step end)
            throws Exception {
        startLoad(site);
        long start = System.nanoTime();
        begin.run();
        Map<Service, Duration> times = site.await("c to leave", start, noticing, table -> !table.containsKey("c"));
        assertNoticed(fault, times, service -> MonitoredSite.failureLimit(MonitoredSite.TIMEOUT));
        for (Service service : site.services()) {
            Map<String, Row> table = site.table(service);
            if (noticing.test(service)) {
                assertThat(site.answers(service, 6)).containsExactly("a", "b");
            } else {
                assertThat(table).as("%s", service).containsKey("c");
            }
        }

        long over = System.nanoTime();
        end.run();
        Map<Service, Duration> back = site.await("c to return", over, noticing, table -> table.containsKey("c"));
        assertNoticed(fault + " no more", back, service -> MonitoredSite.recoveryLimit(service, MonitoredSite.TIMEOUT));
        for (Service service : site.services()) {
            site.lvsd()
                    .await(
                            "new connections of c",
                            () -> service.keepAlive()
                                    || site.connections(service).get("c") > 0);
        }
        Map<Service, Wrk.Result> results = finishLoad();
        print(fault, results);
        results.forEach((service, result) -> assertThat(result.cut() + result.otherErrors())
                .as("%s: %s", service, result)
                .isZero());
    }

    @Test
    void kill_allServers_sorryServerUntilTheyAreBack() throws Exception {
        try (MonitoredSite site = new MonitoredSite(directory, List.of(), nginx())) {
            site.awaitProbes();
            long start = System.nanoTime();
            for (String name : List.of("a", "b", "c")) {
                site.server(name).signal("KILL");
            }
            Map<Service, Duration> times = site.await(
                    "the sorry server",
                    start,
                    service -> true,
                    table -> table.keySet().equals(Set.of("sorry")));
            assertNoticed("all killed", times, ServerFailureIT::failureLimit);
            for (Service service : site.services()) {
                assertThat(site.answers(service, 3)).containsExactly("sorry");
                load.put(service, site.load(service, CLIENTS));
            }
            site.await(
                    "clients of the sorry server",
                    start,
                    Service::keepAlive,
                    table -> table.get("sorry").active() >= CLIENTS);

            long restart = System.nanoTime();
            for (String name : List.of("a", "b", "c")) {
                site.server(name).restart();
            }
            Map<Service, Duration> back = site.await(
                    "all servers",
                    restart,
                    service -> true,
                    table -> table.keySet().equals(Set.of("a", "b", "c")));
            assertNoticed("all restarted", back, ServerFailureIT::recoveryLimit);
            for (Service service : site.services()) {
                assertThat(site.answers(service, 9)).isNotEmpty().isSubsetOf("a", "b", "c");
            }
            Map<Service, Wrk.Result> results = finishLoad();
            print("all restarted", results);
            results.forEach((service, result) -> assertThat(result.cut() + result.otherErrors())
                    .as("%s: %s", service, result)
                    .isZero());
        }
    }
}
