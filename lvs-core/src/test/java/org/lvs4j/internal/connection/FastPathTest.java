package org.lvs4j.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
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

/** Packets on the fast path where it applies, against the same packets on the general path in another table. */
@Tag("slow")
class FastPathTest {
    private static final int SERVERS = 4;
    private static final int SYN = TcpFlags.SYN;
    private static final int ACK = TcpFlags.ACK;
    private static final int BYTES = 100;
    private static final int[] TCP_FLAGS = {ACK, ACK, ACK, ACK | 8, ACK, SYN, ACK | TcpFlags.FIN, TcpFlags.RST, 0};

    /** A table with its own servers. */
    private static final class Side {
        final Timeouts timeouts = new Timeouts();
        final IdTable<ServerState> servers = new IdTable<>(ServerState[]::new, 1 << 20);
        final IdTable<TemplateHandle> templates = new IdTable<>(TemplateHandle[]::new, 100);
        final ConnectionTable table =
                new ConnectionTable(timeouts, servers, templates, new TimerWheel(0), Integer.MAX_VALUE, 0);
        final List<ServerState> states = new ArrayList<>();
        final List<Template> handles = List.of(new Template(templates), new Template(templates));

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

        void insert(Flow flow, int server, boolean portKept, int handle, int event, long now) {
            ServerState state = states.get(server);
            Template template = handle < handles.size() ? handles.get(handle) : null;
            if (template != null) {
                template.bindConnection();
            }
            int port = portKept ? flow.destinationPort() : state.port();
            assertThat(table.reserve()).isTrue();
            assertThat(table.cursor().insert(flow, state, port, template, event, false, now))
                    .isEqualTo(ConnectionCursor.Insertion.DONE);
        }

        /** The general path, as the director takes it. */
        @Nullable
        String follow(Flow flow, int event, long now) {
            ConnectionCursor found = table.find(flow);
            ServerState server = found == null ? null : found.server();
            if (found == null || server == null || !server.present()) {
                return null;
            }
            assertThat(found.follow(server, true, event, false, now)).isTrue();
            server.counters().in(found.stripe(), 1, BYTES);
            return server.id() + ":" + found.serverPort(server) + (found.direct() ? " direct" : "");
        }

        /** The fast path where it applies, otherwise the general path. */
        @Nullable
        String followFast(Flow flow, int event, long now, int[] fastPackets) {
            long followed = table.follow(flow, event, BYTES, now);
            if (followed < 0) {
                return follow(flow, event, now);
            }
            fastPackets[0]++;
            return (followed >>> 24) + ":" + (followed & 0xFFFF) + ((followed >>> 16 & 0xFF) == 1 ? " direct" : "");
        }

        String seen(Flow flow, long now) {
            ConnectionCursor found = table.find(flow);
            return found == null
                    ? "none"
                    : found.state() + " " + found.inPackets() + " " + found.remainingNanos(now) + " " + found.noOutput()
                            + " " + found.hasTemplate();
        }
    }

    private static final class Template extends TemplateHandle {
        Template(IdTable<TemplateHandle> ids) {
            super(ids);
            register();
        }

        @Override
        protected void expire(long nowNanos) {}
    }

    private static Flow flow(SplittableRandom random) {
        int client = random.nextInt(60);
        Protocol protocol = client % 3 == 0 ? Protocol.UDP : Protocol.TCP;
        // Every fourth flow is IPv6, to which the fast path does not apply.
        AddressFamily family = client % 4 == 3 ? AddressFamily.IPV6 : AddressFamily.IPV4;
        return new Flow().set(protocol, family, 0, client, 4000 + client % 2, 0, 0x0A00_0001, 80);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void follow_anyPackets_sameResultAsGeneralPath(long seed) {
        Side fast = new Side();
        Side general = new Side();
        SplittableRandom random = new SplittableRandom(seed);
        int[] fastPackets = new int[1];
        long now = 0;
        for (int step = 0; step < 40_000; step++) {
            Flow flow = flow(random);
            int tcpFlags = TCP_FLAGS[random.nextInt(TCP_FLAGS.length)];
            String what = "seed " + seed + " step " + step + " " + flow + " flags " + tcpFlags;
            now += random.nextLong(
                    random.nextInt(50) == 0 ? TimeUnit.SECONDS.toNanos(200) : TimeUnit.MILLISECONDS.toNanos(40));
            fast.table.advance(now);
            general.table.advance(now);
            if (random.nextInt(500) == 0) {
                int server = random.nextInt(SERVERS);
                for (Side side : List.of(fast, general)) {
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
                fast.timeouts.set(udp * 2, 0, udp);
                general.timeouts.set(udp * 2, 0, udp);
            }
            assertThat(fast.followFast(flow, tcpFlags, now, fastPackets))
                    .as(what)
                    .isEqualTo(general.follow(flow, tcpFlags, now));
            if (general.table.find(flow) == null) {
                int server = random.nextInt(SERVERS);
                boolean portKept = random.nextInt(3) == 0;
                int handle = random.nextInt(6);
                fast.insert(flow, server, portKept, handle, SYN, now);
                general.insert(flow, server, portKept, handle, SYN, now);
            }
            assertThat(fast.seen(flow, now)).as(what).isEqualTo(general.seen(flow, now));
        }
        assertThat(fastPackets[0]).as("packets on the fast path").isGreaterThan(4_000);
        for (int i = 0; i < SERVERS; i++) {
            assertThat(fast.states.get(i).counters().read())
                    .isEqualTo(general.states.get(i).counters().read());
            assertThat(fast.states.get(i).connections())
                    .isEqualTo(general.states.get(i).connections());
        }
        for (int i = 0; i < 2; i++) {
            assertThat(fast.handles.get(i).confirmed())
                    .isEqualTo(general.handles.get(i).confirmed());
        }
    }

    @Test
    void follow_everyConnectionOfGrownTable_mostOnFastPath() {
        Side side = new Side();
        int connections = 100_000;
        Flow flow = new Flow();
        for (int i = 0; i < connections; i++) {
            flow.set(Protocol.UDP, AddressFamily.IPV4, 0, i * 0x9E37L, i & 0xFFFF, 0, 0x0A00_0001, 53);
            side.insert(flow, i % SERVERS, false, 9, 0, 0);
        }
        side.table.advance(TimeUnit.SECONDS.toNanos(250));
        int fast = 0;
        for (int i = 0; i < connections; i++) {
            flow.set(Protocol.UDP, AddressFamily.IPV4, 0, i * 0x9E37L, i & 0xFFFF, 0, 0x0A00_0001, 53);
            long followed = side.table.follow(flow, 0, BYTES, TimeUnit.SECONDS.toNanos(250));
            if (followed >= 0) {
                assertThat(followed >>> 24)
                        .isEqualTo(side.states.get(i % SERVERS).id());
                fast++;
            } else {
                assertThat(side.table.find(flow)).isNotNull();
            }
        }
        // A few are displaced further than the fast path searches.
        assertThat(fast).isGreaterThan(connections * 9 / 10);
        side.table.advance(TimeUnit.SECONDS.toNanos(301));
        assertThat(side.table.size())
                .as("those on the fast path have a later deadline")
                .isEqualTo(fast);
    }
}
