package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/** Connections that applications have closed, and the same clients on both planes. */
class LingeringTest {
    private static final String VIP = "10.0.0.100:80";
    private static final List<String> SERVERS = List.of("192.168.1.1:80", "192.168.1.2:80", "192.168.1.3:80");
    private static final ServiceKey WEB = ServiceKey.tcp(VIP);

    private static VirtualService service(String scheduler, boolean persistent) {
        VirtualService.Builder builder = VirtualService.builder(WEB).scheduler(scheduler);
        return persistent ? builder.persistence(new Persistence(60, -1, null)).build() : builder.build();
    }

    private static DirectorFixture fixture(String scheduler, boolean persistent) {
        DirectorFixture fixture = new DirectorFixture();
        fixture.addService(service(scheduler, persistent), SERVERS.toArray(String[]::new));
        return fixture;
    }

    private static List<Integer> shares(DirectorFixture fixture) {
        return SERVERS.stream()
                .map(server -> (int) fixture.server(WEB, server).traffic().connections())
                .toList();
    }

    // ---- shares under light load

    @ParameterizedTest
    @ValueSource(strings = {"wlc", "lc"})
    void close_oneConnectionAfterTheOther_serversTakeTurns(String scheduler) {
        DirectorFixture fixture = fixture(scheduler, false);
        for (int client = 1; client <= 60; client++) {
            try (Connection connection =
                    fixture.director.open(DirectorFixture.tcp("10.1.0." + client + ":4000", VIP))) {
                connection.established();
            }
        }
        assertThat(shares(fixture)).containsExactly(20, 20, 20);
    }

    @Test
    void close_clientsOfPersistentService_pinnedToAllServers() {
        DirectorFixture fixture = fixture("wlc", true);
        for (int client = 1; client <= 60; client++) {
            fixture.director
                    .open(DirectorFixture.tcp("10.1.0." + client + ":4000", VIP))
                    .close();
        }
        assertThat(shares(fixture)).containsExactly(20, 20, 20);
    }

    @Test
    void close_openedByKey_serversTakeTurnsAndNothingIsListed() {
        DirectorFixture fixture = fixture("wlc", false);
        for (int i = 0; i < 60; i++) {
            fixture.director.open(WEB).close();
        }
        assertThat(shares(fixture)).containsExactly(20, 20, 20);
        assertThat(fixture.server(WEB, SERVERS.get(0)).inactive()).isEqualTo(20);
        assertThat(fixture.listed()).isEmpty();
        fixture.advance(121);
        assertThat(fixture.server(WEB, SERVERS.get(0)).inactive()).isZero();
    }

    @Test
    void close_lingerOff_releasedAtOnce() {
        DirectorFixture fixture = new DirectorFixture(builder -> builder.linger(false));
        fixture.addService(service("wlc", false), SERVERS.get(0));
        fixture.director.open(DirectorFixture.tcp("10.1.0.1:4000", VIP)).close();
        fixture.director.open(DirectorFixture.tcp("10.1.0.1:4000", VIP)).reset();
        fixture.director.open(WEB).close();
        assertThat(fixture.connectionsOf(WEB, SERVERS.get(0))).isZero();
        assertThat(fixture.listed()).isEmpty();
    }

    // ---- the end

    @ParameterizedTest
    @CsvSource({"close, TIME_WAIT, 120", "reset, CLOSE, 10"})
    void end_tcp_lingersForTheTimeOfItsState(String how, ConnectionState state, int seconds) {
        DirectorFixture fixture = fixture("rr", false);
        Connection connection = fixture.director.open(DirectorFixture.tcp("10.1.0.1:4000", VIP));
        connection.established();
        if (how.equals("close")) {
            connection.close();
        } else {
            connection.reset();
        }
        assertThat(fixture.connection().state()).isEqualTo(state);
        assertThat(fixture.connection().server()).isEqualTo(connection.destination());
        assertThat(DirectorFixture.seconds(fixture.connection())).isEqualTo(seconds);
        fixture.advance(seconds - 1);
        assertThat(fixture.listed()).hasSize(1);
        fixture.advance(1.1);
        assertThat(fixture.listed()).isEmpty();
        for (String server : SERVERS) {
            assertThat(fixture.connectionsOf(WEB, server)).isZero();
        }
    }

    @Test
    void reset_bothSidesHadFinished_timeWait() {
        DirectorFixture fixture = fixture("rr", false);
        Connection connection = fixture.director.open(DirectorFixture.tcp("10.1.0.1:4000", VIP));
        connection.clientFinished();
        connection.serverFinished();
        connection.reset();
        assertThat(fixture.state()).isEqualTo("TIME_WAIT");
    }

    @Test
    void close_udp_releasedAtOnce() {
        DirectorFixture fixture = new DirectorFixture();
        ServiceKey dns = ServiceKey.udp("10.0.0.100:53");
        fixture.addService(VirtualService.builder(dns).build(), "192.168.1.1:53");
        fixture.director
                .open(DirectorFixture.udp("10.1.0.1:4000", "10.0.0.100:53"))
                .close();
        assertThat(fixture.connectionsOf(dns, "192.168.1.1:53")).isZero();
        assertThat(fixture.listed()).isEmpty();
    }

    @Test
    void close_tableThreeQuartersFull_releasedAndCounted() {
        DirectorFixture fixture = new DirectorFixture(builder -> builder.maxConnections(8));
        fixture.addService(service("rr", false), SERVERS.get(0));
        for (int client = 1; client <= 20; client++) {
            Connection connection = fixture.director.open(DirectorFixture.tcp("10.1.0." + client + ":4000", VIP));
            assertThat(connection.accepted()).isTrue();
            connection.close();
        }
        assertThat(fixture.listed()).hasSize(6);
        assertThat(fixture.director.limits().lingeringCut()).isEqualTo(14);
        fixture.advance(121);
        assertThat(fixture.connectionsOf(WEB, SERVERS.get(0))).isZero();
    }

    @Test
    void open_tableFull_lingeringConnectionsMakeRoom() {
        DirectorFixture fixture = new DirectorFixture(builder -> builder.maxConnections(20));
        fixture.addService(service("rr", false), SERVERS.get(0));
        for (int client = 1; client <= 30; client++) {
            fixture.director
                    .open(DirectorFixture.tcp("10.1.0." + client + ":4000", VIP))
                    .close();
        }
        for (int client = 1; client <= 20; client++) {
            Connection connection = fixture.director.open(DirectorFixture.tcp("10.2.0." + client + ":4000", VIP));
            assertThat(connection.accepted()).as("client %d", client).isTrue();
            connection.established();
        }
        assertThat(fixture.director
                        .open(DirectorFixture.tcp("10.2.0.99:4000", VIP))
                        .verdict())
                .isEqualTo(Verdict.DROP);
        assertThat(fixture.server(WEB, SERVERS.get(0)).active()).isEqualTo(20);
        assertThat(fixture.server(WEB, SERVERS.get(0)).inactive()).isZero();
        assertThat(fixture.director.limits().lingeringCut()).isEqualTo(30);
    }

    @Test
    void removeServer_expireNodestConn_lingeringConnectionsExpire() {
        DirectorFixture fixture = fixture("rr", false);
        fixture.setSysctl(Sysctl.EXPIRE_NODEST_CONN, 1);
        fixture.director.open(DirectorFixture.tcp("10.1.0.1:4000", VIP)).close();
        fixture.director.open(WEB).close();
        fixture.director.setServers(WEB, List.of());
        fixture.advance(0.1);
        assertThat(fixture.listed()).isEmpty();
        fixture.director.addServer(WEB, RealServer.of(SERVERS.get(0)));
        assertThat(fixture.connectionsOf(WEB, SERVERS.get(0))).isZero();
    }

    // ---- the same port again

    @Test
    void open_samePortAgain_placedAgainOrContinuesByConnReuseMode() {
        for (int mode = 0; mode <= 1; mode++) {
            DirectorFixture fixture = fixture("rr", false);
            fixture.setSysctl(Sysctl.CONN_REUSE_MODE, mode);
            Flow flow = DirectorFixture.tcp("10.1.0.1:4000", VIP);
            Connection first = fixture.director.open(flow);
            first.close();
            Connection second = fixture.director.open(flow);
            assertThat(second.destination().equals(first.destination())).isEqualTo(mode == 0);
            assertThat(fixture.state()).isEqualTo("SYN_RECV");
            assertThat(shares(fixture).stream().mapToInt(Integer::intValue).sum())
                    .isEqualTo(1 + mode);
            second.expire();
            fixture.advance(1);
            for (String server : SERVERS) {
                assertThat(fixture.connectionsOf(WEB, server)).isZero();
            }
        }
    }

    // ---- the same clients on both planes

    /** The two planes, which get the same clients. */
    private static final class Planes {
        final DirectorFixture packets;
        final DirectorFixture sockets;
        final Map<Integer, String> packetServers = new HashMap<>();
        final Map<Integer, Connection> open = new HashMap<>();

        Planes(String scheduler, boolean persistent) {
            packets = fixture(scheduler, persistent);
            sockets = fixture(scheduler, persistent);
        }

        String client(int number) {
            return "10.1." + number / 4 + ".1:" + (4000 + number % 4);
        }

        void connect(int number) {
            String client = client(number);
            String server = packets.open(client, VIP);
            if (server.equals("REJECT")) {
                assertThat(sockets.director
                                .open(DirectorFixture.tcp(client, VIP))
                                .verdict())
                        .isEqualTo(Verdict.REJECT);
                return;
            }
            packets.reply(Protocol.TCP, server, client, DirectorFixture.ACK);
            Connection connection = sockets.director.open(DirectorFixture.tcp(client, VIP));
            connection.established();
            assertThat(connection.destination()).hasToString(server);
            packetServers.put(number, server);
            open.put(number, connection);
        }

        void finishByClient(int number) {
            packets.packet(DirectorFixture.tcp(client(number), VIP), DirectorFixture.FIN | DirectorFixture.ACK);
            packets.reply(Protocol.TCP, packetServers.get(number), client(number), DirectorFixture.ACK);
            open.get(number).clientFinished();
        }

        void finishByServer(int number) {
            packets.reply(
                    Protocol.TCP, packetServers.get(number), client(number), DirectorFixture.FIN | DirectorFixture.ACK);
            packets.packet(DirectorFixture.tcp(client(number), VIP), DirectorFixture.ACK);
            open.get(number).serverFinished();
        }

        void end(int number) {
            open.remove(number).close();
        }

        void reset(int number) {
            packets.reply(Protocol.TCP, packetServers.get(number), client(number), DirectorFixture.RST);
            open.remove(number).reset();
        }

        void each(Consumer<DirectorFixture> step) {
            step.accept(packets);
            step.accept(sockets);
        }

        void assertAlike(String what) {
            assertThat(counts(sockets)).as(what).isEqualTo(counts(packets));
            assertThat(listing(sockets)).as(what).isEqualTo(listing(packets));
            assertThat(sockets.templates()).as(what).hasSameSizeAs(packets.templates());
        }

        private static List<String> counts(DirectorFixture fixture) {
            List<String> counts = new ArrayList<>();
            for (ServerSnapshot server : fixture.director.service(WEB).servers()) {
                counts.add(server.server().endpoint() + " " + server.active() + " " + server.inactive() + " "
                        + server.traffic().connections());
            }
            return counts;
        }

        private static TreeSet<String> listing(DirectorFixture fixture) {
            TreeSet<String> lines = new TreeSet<>();
            fixture.listed()
                    .forEach(connection -> lines.add(connection.client() + " " + connection.state() + " "
                            + DirectorFixture.seconds(connection) + " " + connection.server()));
            return lines;
        }
    }

    @ParameterizedTest
    @Tag("slow")
    @CsvSource({
        "wlc, false, 1, 0",
        "wlc, true, 1, 0",
        "lc, false, 0, 0",
        "lc, true, 0, 3",
        "wlc, false, 1, 3",
        "sed, false, 1, 0",
        "nq, true, 1, 0",
        "rr, false, 0, 0",
        "wrr, true, 1, 3",
        "sh, false, 1, 0"
    })
    void clients_sameOnBothPlanes_sameSharesCountsAndListings(
            String scheduler, boolean persistent, int reuseMode, int secureTcp) {
        Planes planes = new Planes(scheduler, persistent);
        Random random = new Random(31L * scheduler.hashCode() + reuseMode + (persistent ? 7 : 0));
        planes.each(plane -> {
            plane.setSysctl(Sysctl.CONN_REUSE_MODE, reuseMode);
            plane.setSysctl(Sysctl.SECURE_TCP, secureTcp);
            plane.setSysctl(Sysctl.EXPIRE_NODEST_CONN, 1);
            plane.advance(2);
        });
        for (int step = 0; step < 4000; step++) {
            String what = "step " + step;
            int client = random.nextInt(80);
            if (!planes.open.containsKey(client)) {
                planes.connect(client);
            } else {
                switch (random.nextInt(5)) {
                    case 0 -> planes.reset(client);
                    case 1, 2 -> {
                        planes.finishByClient(client);
                        planes.finishByServer(client);
                        planes.end(client);
                    }
                    default -> {
                        planes.finishByServer(client);
                        planes.finishByClient(client);
                        planes.end(client);
                    }
                }
            }
            if (random.nextInt(4) == 0) {
                int seconds = random.nextInt(20);
                planes.each(plane -> plane.advance(seconds));
                // No connection is left to its timeout: on the socket plane that is the holder's business.
                IntStream.range(0, 80).filter(planes.open::containsKey).forEach(number -> {
                    planes.packets.packet(DirectorFixture.tcp(planes.client(number), VIP), DirectorFixture.ACK);
                    planes.open.get(number).received(1);
                });
            }
            if (random.nextInt(200) == 0) {
                int weight = random.nextInt(3);
                planes.each(plane -> plane.setWeight(WEB, SERVERS.get(1), weight));
            }
            if (random.nextInt(10) == 0) {
                planes.each(plane -> plane.advance(0.1));
                planes.assertAlike(what);
            }
        }
        planes.open.values().forEach(Connection::expire);
        planes.each(plane -> plane.advance(2000));
        planes.assertAlike("after a long time");
    }
}
