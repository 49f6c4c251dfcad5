package org.lvs4j.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.internal.concurrent.IdTable;
import org.lvs4j.internal.concurrent.LoadBoard;
import org.lvs4j.internal.concurrent.TimerWheel;
import org.lvs4j.internal.counters.Counters;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.TcpFlags;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;

/** Packets the short way, if it is theirs, against the same packets in another table the general way. */
class FastPathTest {
    private static final int SERVERS = 4;
    private static final int SYN = TcpFlags.SYN;
    private static final int ACK = TcpFlags.ACK;
    private static final int BYTES = 100;
    private static final int[] SIGNALS = {ACK, ACK, ACK, ACK | 8, ACK, SYN, ACK | TcpFlags.FIN, TcpFlags.RST, 0};

    /** A table with servers of its own. */
    private static final class Side {
        final Timeouts timeouts = new Timeouts();
        final IdTable<ServerState> servers = new IdTable<>(ServerState[]::new, 1 << 20);
        final IdTable<TemplateHandle> controllers = new IdTable<>(TemplateHandle[]::new, 100);
        final ConnectionTable table =
                new ConnectionTable(timeouts, servers, controllers, new TimerWheel(0), Integer.MAX_VALUE, 0);
        final List<ServerState> states = new ArrayList<>();
        final List<Placer> placers = List.of(new Placer(controllers), new Placer(controllers));

        Side() {
            for (int i = 0; i < SERVERS; i++) {
                RealServer config = RealServer.builder("192.168.1." + i + ":" + (8080 + i))
                        .forwarding(i % 2 == 0 ? Forwarding.masquerade() : Forwarding.direct())
                        .build();
                ServerState state = new ServerState(servers.take(), config, new Counters(), new LoadBoard());
                state.enter(config, new Counters(), new LoadBoard());
                servers.set(state.id(), state);
                states.add(state);
            }
        }

        void insert(Flow flow, int server, boolean portKept, int placer, int signal, long now) {
            ServerState state = states.get(server);
            Placer controller = placer < placers.size() ? placers.get(placer) : null;
            if (controller != null) {
                controller.control();
            }
            int port = portKept ? flow.destinationPort() : state.port();
            assertThat(table.reserve()).isTrue();
            assertThat(table.cursor().insert(flow, state, port, controller, signal, false, now))
                    .isEqualTo(ConnectionCursor.Insertion.DONE);
        }

        /** The general way, as the director goes it. */
        @Nullable
        String follow(Flow flow, int signal, long now) {
            ConnectionCursor found = table.find(flow);
            ServerState server = found == null ? null : found.server();
            if (found == null || server == null || !server.present()) {
                return null;
            }
            assertThat(found.follow(server, true, signal, false, now)).isTrue();
            server.counters().in(found.stripe(), 1, BYTES);
            return server.id() + ":" + found.serverPort(server) + (found.direct() ? " direct" : "");
        }

        /** The short way if it is the packet's, the general way otherwise. */
        @Nullable
        String followSteadily(Flow flow, int signal, long now, int[] steady) {
            long followed = table.follow(flow, signal, BYTES, now);
            if (followed < 0) {
                return follow(flow, signal, now);
            }
            steady[0]++;
            return (followed >>> 24) + ":" + (followed & 0xFFFF) + ((followed >>> 16 & 0xFF) == 1 ? " direct" : "");
        }

        String seen(Flow flow, long now) {
            ConnectionCursor found = table.find(flow);
            return found == null
                    ? "none"
                    : found.state() + " " + found.inPackets() + " " + found.remainingNanos(now) + " " + found.noOutput()
                            + " " + found.controlled();
        }
    }

    private static final class Placer extends TemplateHandle {
        Placer(IdTable<TemplateHandle> registry) {
            super(registry);
            enlist();
        }

        @Override
        protected void timeIsUp(long nowNanos) {}
    }

    private static Flow flow(SplittableRandom random) {
        int client = random.nextInt(60);
        Protocol protocol = client % 3 == 0 ? Protocol.UDP : Protocol.TCP;
        // Every fourth of them is IPv6, and has no short way.
        AddressFamily family = client % 4 == 3 ? AddressFamily.IPV6 : AddressFamily.IPV4;
        return new Flow().set(protocol, family, 0, client, 4000 + client % 2, 0, 0x0A00_0001, 80);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void follow_anyPackets_comesToTheSameAsTheGeneralWay(long seed) {
        Side shorter = new Side();
        Side general = new Side();
        SplittableRandom random = new SplittableRandom(seed);
        int[] steady = new int[1];
        long now = 0;
        for (int step = 0; step < 40_000; step++) {
            Flow flow = flow(random);
            int signal = SIGNALS[random.nextInt(SIGNALS.length)];
            String what = "seed " + seed + " step " + step + " " + flow + " signal " + signal;
            now += random.nextLong(
                    random.nextInt(50) == 0 ? TimeUnit.SECONDS.toNanos(200) : TimeUnit.MILLISECONDS.toNanos(40));
            shorter.table.advance(now);
            general.table.advance(now);
            if (random.nextInt(500) == 0) {
                int server = random.nextInt(SERVERS);
                for (Side side : List.of(shorter, general)) {
                    ServerState state = side.states.get(server);
                    if (state.present()) {
                        state.leave();
                    } else {
                        state.enter(state.config(), state.serviceCounters(), new LoadBoard());
                    }
                }
            }
            if (random.nextInt(2_000) == 0) {
                int udp = 1 + random.nextInt(600);
                shorter.timeouts.set(udp * 2, 0, udp);
                general.timeouts.set(udp * 2, 0, udp);
            }
            assertThat(shorter.followSteadily(flow, signal, now, steady))
                    .as(what)
                    .isEqualTo(general.follow(flow, signal, now));
            if (general.table.find(flow) == null) {
                int server = random.nextInt(SERVERS);
                boolean portKept = random.nextInt(3) == 0;
                int placer = random.nextInt(6);
                shorter.insert(flow, server, portKept, placer, SYN, now);
                general.insert(flow, server, portKept, placer, SYN, now);
            }
            assertThat(shorter.seen(flow, now)).as(what).isEqualTo(general.seen(flow, now));
        }
        assertThat(steady[0]).as("packets that went the short way").isGreaterThan(4_000);
        for (int i = 0; i < SERVERS; i++) {
            assertThat(shorter.states.get(i).counters().read())
                    .isEqualTo(general.states.get(i).counters().read());
            assertThat(shorter.states.get(i).connections())
                    .isEqualTo(general.states.get(i).connections());
        }
        for (int i = 0; i < 2; i++) {
            assertThat(shorter.placers.get(i).confirmed())
                    .isEqualTo(general.placers.get(i).confirmed());
        }
    }

    @Test
    void follow_allOfAGrowingTable_findsEachHoweverFarFromItsHome() {
        Side side = new Side();
        int connections = 100_000;
        Flow flow = new Flow();
        for (int i = 0; i < connections; i++) {
            flow.set(Protocol.UDP, AddressFamily.IPV4, 0, i * 0x9E37L, i & 0xFFFF, 0, 0x0A00_0001, 53);
            side.insert(flow, i % SERVERS, false, 9, 0, 0);
        }
        side.table.advance(TimeUnit.SECONDS.toNanos(250));
        int steady = 0;
        for (int i = 0; i < connections; i++) {
            flow.set(Protocol.UDP, AddressFamily.IPV4, 0, i * 0x9E37L, i & 0xFFFF, 0, 0x0A00_0001, 53);
            long followed = side.table.follow(flow, 0, BYTES, TimeUnit.SECONDS.toNanos(250));
            if (followed >= 0) {
                assertThat(followed >>> 24)
                        .isEqualTo(side.states.get(i % SERVERS).id());
                steady++;
            } else {
                assertThat(side.table.find(flow)).isNotNull();
            }
        }
        // At most a few lie further away than the short way looks.
        assertThat(steady).isGreaterThan(connections * 9 / 10);
        side.table.advance(TimeUnit.SECONDS.toNanos(301));
        assertThat(side.table.size())
                .as("those that went the short way last longer")
                .isEqualTo(steady);
    }
}
