package org.lvs4j.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** An engine, its time in milliseconds, and the world around it: a table that refuses nonsense, probes, and a log. */
final class EngineFixture implements HealthActions {
    static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");

    final Map<ServiceKey, Map<Endpoint, RealServer>> table = new LinkedHashMap<>();
    final Map<ServiceKey, VirtualService> services = new LinkedHashMap<>();
    final Map<Long, Probe> probes = new LinkedHashMap<>();
    final List<String> log = new ArrayList<>();
    final List<HealthEvent> events = new ArrayList<>();
    final HealthEngine engine;
    private long now;

    EngineFixture() {
        this(1, false);
    }

    EngineFixture(long seed, boolean likeKeepalived22) {
        engine = HealthEngine.builder(this)
                .random(new SplittableRandom(seed))
                .likeKeepalived22(likeKeepalived22)
                .build();
    }

    static CheckSchedule.Builder every2Seconds() {
        return CheckSchedule.builder()
                .interval(Duration.ofSeconds(2))
                .retryInterval(Duration.ofMillis(500))
                .warmup(Duration.ZERO);
    }

    static TcpCheck tcp(String endpoint, CheckSchedule schedule) {
        return new TcpCheck(ProbeTarget.of(Endpoint.parse(endpoint)), schedule);
    }

    /** A server with a TCP check of its own endpoint and weight 1, whose programs are called after it. */
    static MonitoredServer server(String endpoint, CheckSchedule schedule) {
        return server(endpoint, 1, tcp(endpoint, schedule));
    }

    static MonitoredServer server(String endpoint, int weight, Check... checks) {
        return new MonitoredServer(
                RealServer.builder(endpoint).weight(weight).build(),
                List.of(checks),
                false,
                Script.of("up", endpoint),
                Script.of("down", endpoint));
    }

    static MonitoredServer inhibited(MonitoredServer server) {
        return new MonitoredServer(server.server(), server.checks(), true, server.notifyUp(), server.notifyDown());
    }

    static MonitoredService.Builder web(MonitoredServer... servers) {
        MonitoredService.Builder builder = MonitoredService.builder(VirtualService.of(WEB, "rr"));
        for (MonitoredServer server : servers) {
            builder.server(server);
        }
        return builder;
    }

    void start(MonitoredService... configured) {
        engine.start(nanos(), HealthConfiguration.of(configured));
    }

    void reload(MonitoredService... configured) {
        engine.reload(nanos(), HealthConfiguration.of(configured));
    }

    long millis() {
        return now;
    }

    long nanos() {
        return now * 1_000_000;
    }

    /** Moves to a time, starting the probes that are due on the way. */
    void advanceTo(long millis) {
        while (engine.nextDeadline() <= millis * 1_000_000) {
            now = Math.max(now, Math.floorDiv(engine.nextDeadline() + 999_999, 1_000_000));
            engine.advance(nanos());
        }
        now = millis;
    }

    /** The number of probes under way of checks of an endpoint. */
    long probing(String endpoint) {
        return probes.values().stream().filter(probe -> isOf(probe, endpoint)).count();
    }

    private static boolean isOf(Probe probe, String endpoint) {
        return probe.check() instanceof NetworkCheck network
                ? network.target().endpoint().equals(Endpoint.parse(endpoint))
                : probe.server().endpoint().equals(Endpoint.parse(endpoint));
    }

    /** Ends the one probe of an endpoint. */
    void finish(String endpoint, ProbeResult result) {
        List<Probe> found =
                probes.values().stream().filter(probe -> isOf(probe, endpoint)).toList();
        assertThat(found).as("probes of " + endpoint + " at " + now).hasSize(1);
        finish(found.get(0).id(), result);
    }

    void finish(long probe, ProbeResult result) {
        assertThat(probes.remove(probe)).isNotNull();
        engine.probeFinished(nanos(), probe, result);
    }

    void pass(String endpoint) {
        finish(endpoint, ProbeResult.passed("ok"));
    }

    void fail(String endpoint) {
        finish(endpoint, ProbeResult.failed("refused"));
    }

    /** The servers of the service with their weights, such as {@code 10.0.0.2:80/1}. */
    List<String> servers() {
        return servers(WEB);
    }

    List<String> servers(ServiceKey key) {
        return table.get(key).values().stream()
                .map(server -> server.endpoint() + "/" + server.weight())
                .toList();
    }

    /** What was done since the last call. */
    List<String> done() {
        List<String> result = List.copyOf(log);
        log.clear();
        return result;
    }

    @Override
    public void startProbe(Probe probe) {
        assertThat(probes.put(probe.id(), probe)).isNull();
    }

    @Override
    public void cancelProbe(long id) {
        assertThat(probes.remove(id)).isNotNull();
    }

    @Override
    public void addService(VirtualService service) {
        assertThat(table.put(service.key(), new LinkedHashMap<>())).isNull();
        services.put(service.key(), service);
        log.add("add " + service.key());
    }

    @Override
    public void editService(VirtualService service) {
        assertThat(services.put(service.key(), service)).isNotNull().isNotEqualTo(service);
        log.add("edit " + service);
    }

    @Override
    public void removeService(ServiceKey service) {
        assertThat(table.remove(service)).isNotNull();
        services.remove(service);
        log.add("remove " + service);
    }

    @Override
    public void addServer(ServiceKey service, RealServer server) {
        assertThat(table.get(service).put(server.endpoint(), server)).isNull();
        log.add("add " + server.endpoint() + "/" + server.weight());
    }

    @Override
    public void editServer(ServiceKey service, RealServer server) {
        assertThat(table.get(service).put(server.endpoint(), server))
                .isNotNull()
                .isNotEqualTo(server);
        log.add("edit " + server.endpoint() + "/" + server.weight());
    }

    @Override
    public void releaseClients(ServiceKey service, Endpoint server, ReleaseOnFailure release) {
        RealServer present = table.get(service).get(server);
        assertThat(present == null || present.weight() == 0).isTrue();
        log.add("release " + server + (release.endOver() == null ? "" : " " + release.endOver()));
    }

    @Override
    public void removeServer(ServiceKey service, Endpoint server) {
        assertThat(table.get(service).remove(server)).isNotNull();
        log.add("remove " + server);
    }

    @Override
    public void notify(Notification notification) {
        log.add(notification.line());
        if (notification.script() != null) {
            log.add("run " + notification.script());
        }
    }

    @Override
    public void event(HealthEvent event) {
        events.add(event);
    }
}
