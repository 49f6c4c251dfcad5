package org.lvs4j.admin.internal.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.DrainOptions;
import org.lvs4j.ServiceEdit;
import org.lvs4j.admin.AdminControl;
import org.lvs4j.admin.internal.http.AccessPolicy;
import org.lvs4j.admin.internal.http.Request;
import org.lvs4j.health.Check;
import org.lvs4j.health.CheckHealth;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.Quorum;
import org.lvs4j.health.ServerHealth;
import org.lvs4j.health.ServiceHealth;
import org.lvs4j.health.SorryServer;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.netty.health.HealthMonitorSnapshot;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Each member of the overview. */
final class OverviewApiTest {
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");
    private static final RealServer FIRST = RealServer.of("192.168.1.1:80");
    private static final RealServer SECOND = RealServer.of("192.168.1.2:80");
    private static final long SECONDS_AGO = System.nanoTime() - TimeUnit.SECONDS.toNanos(90);

    private final Director director = Director.create();
    private HealthMonitorSnapshot health;
    private String reason;
    private boolean reloads;

    private final AdminControl control = new AdminControl() {
        @Override
        public <E extends Exception> List<ConfigurationChange> change(ServiceKey key, ServiceEdit<E> edit) throws E {
            return director.change(key, edit);
        }

        @Override
        public boolean canReload() {
            return reloads;
        }
    };
    private final OverviewApi api =
            new OverviewApi(director, control, () -> reason, () -> health, AccessPolicy.Changing.TOKEN, "k3j2h1");

    private CharSequence text() throws Exception {
        return api.route()
                .operation()
                .answer(new Request(
                        "GET", "/api/v1/overview", Map.of(), Map.of(), new DefaultHttpHeaders(), "", "a test"))
                .body();
    }

    private JsonObject overview() throws Exception {
        return JsonParser.parseString(text().toString()).getAsJsonObject();
    }

    private JsonObject service() throws Exception {
        return overview().getAsJsonArray("services").get(0).getAsJsonObject();
    }

    private List<JsonObject> servers() throws Exception {
        List<JsonObject> servers = new ArrayList<>();
        service().getAsJsonArray("servers").forEach(each -> servers.add(each.getAsJsonObject()));
        return servers;
    }

    private static ServerHealth health(RealServer server, boolean up, boolean ejected, String... reasons) {
        Check check = new TcpCheck(
                ProbeTarget.of(server.endpoint()), CheckSchedule.builder().build());
        List<CheckHealth> checks = Arrays.stream(reasons)
                .map(each -> new CheckHealth(check, up || each.startsWith("ok"), 0, true, false, 0, each, 0))
                .toList();
        return new ServerHealth(
                MonitoredServer.of(server, check), up, SECONDS_AGO, server.weight(), up, ejected, 0, checks);
    }

    private void monitor(MonitoredService service, boolean up, boolean sorry, ServerHealth... servers) {
        health = new HealthMonitorSnapshot(
                List.of(new ServiceHealth("[g]:0", service, up, SECONDS_AGO, 2, sorry, List.of(servers))),
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0);
    }

    private static MonitoredService.Builder monitored(VirtualService... services) {
        return MonitoredService.builder("g", List.of(services)).quorum(new Quorum(3, 0, null, null));
    }

    // ---- the director

    @Test
    void director_withoutAnything_requiredMembersOnly() throws Exception {
        JsonObject overview = overview();

        assertThat(overview.keySet())
                .containsExactly(
                        "time",
                        "monotonicMillis",
                        "instance",
                        "host",
                        "uptimeSeconds",
                        "ready",
                        "changes",
                        "reloads",
                        "monitored",
                        "connections",
                        "templates",
                        "traffic",
                        "rates",
                        "services");
        assertThat(overview.get("instance").getAsString()).isEqualTo("k3j2h1");
        assertThat(overview.get("host").getAsString()).isNotEmpty();
        assertThat(overview.get("ready").getAsBoolean()).isTrue();
        assertThat(overview.get("changes").getAsString()).isEqualTo("token");
        assertThat(overview.get("reloads").getAsBoolean()).isFalse();
        assertThat(overview.get("monitored").getAsBoolean()).isFalse();
        assertThat(overview.getAsJsonArray("services")).isEmpty();
    }

    @Test
    void times_twoSnapshots_ofBothClocksInOrder() throws Exception {
        Instant before = Instant.now().minusMillis(1);
        JsonObject first = overview();
        JsonObject second = overview();
        Instant after = Instant.now();

        assertThat(Instant.parse(first.get("time").getAsString())).isBetween(before, after);
        assertThat(first.get("monotonicMillis").getAsLong()).isNotNegative();
        assertThat(second.get("monotonicMillis").getAsLong())
                .isGreaterThanOrEqualTo(first.get("monotonicMillis").getAsLong());
        assertThat(first.get("uptimeSeconds").getAsLong()).isNotNegative();
    }

    @Test
    void uptime_processThatHasRunBefore_countsThatToo() {
        ThisProcess process = new ThisProcess("lb1", 5_000_000_000L, Duration.ofSeconds(100));
        assertThat(process.uptimeSeconds(7_900_000_000L)).isEqualTo(102);
        assertThat(process.monotonicMillis(7_900_000_000L)).isEqualTo(2900);
    }

    @Test
    void readiness_reason_shown() throws Exception {
        reason = "draining";
        assertThat(overview().get("ready").getAsBoolean()).isFalse();
        assertThat(overview().get("reason").getAsString()).isEqualTo("draining");
    }

    @Test
    void reload_possible_shown() throws Exception {
        reloads = true;
        assertThat(overview().get("reloads").getAsBoolean()).isTrue();
    }

    @Test
    void tables_entriesAndCounters_ofTheDirector() throws Exception {
        director.addService(VirtualService.builder(WEB).persistent(300).build(), FIRST);
        open(3);
        JsonObject overview = overview();

        assertThat(overview.get("connections").getAsLong())
                .isEqualTo(director.limitUsage().connections())
                .isEqualTo(3);
        assertThat(overview.get("templates").getAsLong()).isEqualTo(3);
        assertThat(overview.getAsJsonObject("traffic").get("connections").getAsLong())
                .isEqualTo(3);
        assertThat(overview.getAsJsonObject("rates").keySet())
                .containsExactly("connections", "inPackets", "outPackets", "inBytes", "outBytes");
    }

    private List<Connection> open(int count) {
        List<Connection> open = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            open.add(director.open(
                    Flow.of(Protocol.TCP, Endpoint.parse("10.9.0." + i + ":4000"), Endpoint.parse("10.0.0.1:80"))));
        }
        return open;
    }

    // ---- services and servers

    @Test
    void service_plain_requiredMembersOnlyAndServersInTheirOrder() throws Exception {
        director.addService(VirtualService.of(WEB, "wlc"), FIRST, SECOND);
        director.addService(VirtualService.of(ServiceKey.named("a")));

        assertThat(overview().getAsJsonArray("services"))
                .extracting(each -> each.getAsJsonObject().get("id").getAsString())
                .containsExactly("tcp:10.0.0.1:80", "name:a");
        assertThat(service().keySet())
                .containsExactly(
                        "id", "scheduler", "connections", "inBytes", "outBytes", "inPackets", "outPackets", "servers");
        assertThat(service().get("scheduler").getAsString()).isEqualTo("wlc");
        assertThat(servers())
                .extracting(each -> each.get("server").getAsString())
                .containsExactly("192.168.1.1:80", "192.168.1.2:80");
        assertThat(servers().get(0).keySet())
                .containsExactly(
                        "server",
                        "weight",
                        "active",
                        "inactive",
                        "connections",
                        "inBytes",
                        "outBytes",
                        "inPackets",
                        "outPackets");
    }

    @Test
    void service_attributes_shown() throws Exception {
        director.addService(VirtualService.builder(ServiceKey.udp("10.0.0.1:53"))
                .onePacket(true)
                .persistent(70)
                .build());

        assertThat(service().get("persistenceSeconds").getAsInt()).isEqualTo(70);
        assertThat(service().get("onePacket").getAsBoolean()).isTrue();
    }

    @Test
    void counters_traffic_ofServiceAndServer() throws Exception {
        director.addService(VirtualService.of(WEB), FIRST);
        List<Connection> open = open(3);
        open.get(0).received(100);
        open.get(0).received(200);
        for (int i = 0; i < 4; i++) {
            open.get(0).sent(1250);
        }
        open.get(1).close();

        JsonObject server = servers().get(0);
        assertThat(server.get("active").getAsInt()).isEqualTo(2);
        assertThat(server.get("inactive").getAsInt()).isEqualTo(1);
        for (JsonObject each : List.of(server, service())) {
            assertThat(each.get("connections").getAsLong()).isEqualTo(3);
            assertThat(each.get("inPackets").getAsLong()).isEqualTo(2);
            assertThat(each.get("inBytes").getAsLong()).isEqualTo(300);
            assertThat(each.get("outPackets").getAsLong()).isEqualTo(4);
            assertThat(each.get("outBytes").getAsLong()).isEqualTo(5000);
        }
    }

    @Test
    void counters_beyondTheLargestLong_unsigned() throws Exception {
        director.addService(VirtualService.of(WEB), FIRST);
        Connection connection = open(1).get(0);
        connection.received(Long.MAX_VALUE);
        connection.received(5);
        for (JsonObject each : List.of(servers().get(0), service(), overview().getAsJsonObject("traffic"))) {
            assertThat(each.get("inBytes").getAsString()).isEqualTo("9223372036854775812");
        }
    }

    @Test
    void server_attributes_shown() throws Exception {
        director.addService(
                VirtualService.of(WEB),
                FIRST.toBuilder().weight(7).upperThreshold(1).build(),
                SECOND.toBuilder().forwarding(Forwarding.direct()).build(),
                RealServer.builder("192.168.1.3:80")
                        .weight(0)
                        .forwarding(Forwarding.ipip())
                        .build());
        director.drain(WEB, SECOND.endpoint(), DrainOptions.within(Duration.ofHours(1)));
        open(1);

        List<JsonObject> servers = servers();
        assertThat(servers.get(0).get("weight").getAsInt()).isEqualTo(7);
        assertThat(servers.get(0).get("upperThreshold").getAsInt()).isEqualTo(1);
        assertThat(servers.get(0).get("overloaded").getAsBoolean()).isTrue();
        assertThat(servers.get(0).has("draining")).isFalse();
        assertThat(servers.get(1).get("forwarding").getAsString()).isEqualTo("direct");
        assertThat(servers.get(1).get("draining").getAsBoolean()).isTrue();
        assertThat(servers.get(1).get("weight").getAsInt()).isOne();
        assertThat(servers.get(2).get("forwarding").getAsString()).isEqualTo("tunnel");
        assertThat(servers.get(2).get("weight").getAsInt()).isZero();
    }

    // ---- health

    @Test
    void health_serversUpDownEjectedAndAbsent_shownWithReasons() throws Exception {
        VirtualService service = VirtualService.of(WEB);
        RealServer inhibited = RealServer.builder("192.168.1.3:80").weight(0).build();
        RealServer gone = RealServer.builder("192.168.1.4:80")
                .weight(5)
                .forwarding(Forwarding.direct())
                .build();
        director.addService(service, FIRST, SECOND, inhibited, RealServer.of("192.168.1.9:80"));
        monitor(
                monitored(service).build(),
                false,
                false,
                health(gone, false, false, "ok: connected", "connection refused", "another reason"),
                health(SECOND, false, true, "ok"),
                health(FIRST, true, false, "connected"),
                health(inhibited, false, false, ""));

        JsonObject shown = service();
        assertThat(overview().get("monitored").getAsBoolean()).isTrue();
        assertThat(shown.get("up").getAsBoolean()).isFalse();
        assertThat(shown.get("quorum").getAsLong()).isEqualTo(3);
        List<JsonObject> servers = servers();
        assertThat(servers)
                .extracting(each -> each.get("server").getAsString())
                .containsExactly(
                        "192.168.1.1:80", "192.168.1.2:80", "192.168.1.3:80", "192.168.1.9:80", "192.168.1.4:80");
        assertThat(servers.get(0).get("up").getAsBoolean()).isTrue();
        assertThat(servers.get(0).keySet()).contains("since").doesNotContain("reason", "ejected", "absent", "sorry");
        assertThat(Instant.parse(servers.get(0).get("since").getAsString()))
                .isBetween(Instant.now().minusSeconds(600), Instant.now().minusSeconds(89));
        assertThat(servers.get(1).get("up").getAsBoolean()).isFalse();
        assertThat(servers.get(1).get("ejected").getAsBoolean()).isTrue();
        assertThat(servers.get(1).get("reason").getAsString()).isEqualTo("connections of clients have failed");
        assertThat(servers.get(2).get("up").getAsBoolean()).isFalse();
        assertThat(servers.get(2).has("reason")).isFalse();
        assertThat(servers.get(3).keySet()).doesNotContain("up", "since", "sorry");
        JsonObject absent = servers.get(4);
        assertThat(absent.keySet())
                .containsExactlyInAnyOrder("server", "weight", "forwarding", "up", "since", "reason", "absent");
        assertThat(absent.get("weight").getAsInt()).isEqualTo(5);
        assertThat(absent.get("reason").getAsString()).isEqualTo("connection refused");
        assertThat(absent.get("absent").getAsBoolean()).isTrue();
    }

    @Test
    void health_reasonWithOtherCharacters_escaped() throws Exception {
        director.addService(VirtualService.of(WEB), FIRST);
        String reason = "\"no\" \\ way\n\u00fc \u2028";
        monitor(monitored(VirtualService.of(WEB)).build(), false, false, health(FIRST, false, false, reason));
        assertThat(servers().get(0).get("reason").getAsString()).isEqualTo(reason);
    }

    /** A group of addresses is one service of the monitor, and several of the director. */
    @Test
    void health_group_shownAtEachServiceWithItsOwnPorts() throws Exception {
        VirtualService web = VirtualService.of(WEB);
        VirtualService tls = VirtualService.of(ServiceKey.tcp("10.0.0.1:443"));
        VirtualService other = VirtualService.of(ServiceKey.tcp("10.0.0.2:80"));
        RealServer direct = RealServer.builder("192.168.1.1:0")
                .forwarding(Forwarding.direct())
                .build();
        for (VirtualService each : List.of(web, tls, other)) {
            director.addService(each, MonitoredService.serverOf(each.key(), direct));
        }
        monitor(monitored(web, tls).build(), true, false, health(direct, true, false, "connected"));

        var services = overview().getAsJsonArray("services");
        for (int i = 0; i < 2; i++) {
            JsonObject service = services.get(i).getAsJsonObject();
            assertThat(service.get("up").getAsBoolean()).isTrue();
            assertThat(service.getAsJsonArray("servers")).hasSize(1);
            JsonObject server = service.getAsJsonArray("servers").get(0).getAsJsonObject();
            assertThat(server.get("server").getAsString()).isEqualTo("192.168.1.1:" + (i == 0 ? 80 : 443));
            assertThat(server.get("up").getAsBoolean()).isTrue();
        }
        assertThat(services.get(2).getAsJsonObject().keySet()).doesNotContain("up", "quorum");
    }

    @Test
    void sorryServer_inTheTable_shown() throws Exception {
        VirtualService service = VirtualService.of(WEB);
        director.addService(service, SECOND);
        SorryServer sorry = new SorryServer(RealServer.of("192.168.1.2:0"), false);
        monitor(
                monitored(service).sorryServer(sorry).build(),
                false,
                true,
                health(FIRST, false, false, "connection refused"));

        assertThat(servers().get(0).get("sorry").getAsBoolean()).isTrue();
        assertThat(servers().get(0).has("up")).isFalse();
        assertThat(servers().get(1).get("absent").getAsBoolean()).isTrue();
    }

    /** Prints what it costs; what holds on every machine is its size. */
    @Test
    void cost_thousandsOfServers_aboutAMegabyte() throws Exception {
        List<ServiceHealth> checked = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            VirtualService service = VirtualService.of(ServiceKey.tcp("10.1." + i / 250 + "." + i % 250 + ":8080"));
            RealServer[] servers = new RealServer[10];
            ServerHealth[] known = new ServerHealth[10];
            for (int j = 0; j < servers.length; j++) {
                servers[j] = RealServer.of("192.168." + (10 + i / 250 * 10 + j) + "." + i % 250 + ":8080");
                known[j] = health(servers[j], true, false, "connected");
            }
            director.addService(service, servers);
            for (int j = 0; j < 10; j++) {
                Connection connection = director.open(Flow.of(
                        Protocol.TCP,
                        Endpoint.parse("10.9.0." + j + ":4000"),
                        ((ServiceKey.Address) service.key()).endpoint()));
                for (int k = 0; k < 1000; k++) {
                    connection.received(1_234_567);
                    connection.sent(123_456_789);
                }
            }
            monitor(monitored(service).build(), true, false, known);
            checked.addAll(health.services());
        }
        health = new HealthMonitorSnapshot(checked, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

        long best = Long.MAX_VALUE;
        for (int i = 0; i < 50; i++) {
            long start = System.nanoTime();
            text();
            best = Math.min(best, System.nanoTime() - start);
        }
        System.out.printf("overview of 500 x 10: %d bytes, %.1f ms%n", text().length(), best / 1e6);
        assertThat(text().length()).isLessThan(1_200_000);
    }
}
