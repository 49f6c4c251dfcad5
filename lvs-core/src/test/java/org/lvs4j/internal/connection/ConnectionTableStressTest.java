package org.lvs4j.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.internal.concurrent.IdTable;
import org.lvs4j.internal.concurrent.LoadBoard;
import org.lvs4j.internal.concurrent.TimerWheel;
import org.lvs4j.internal.counters.Counters;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;

/**
 * Threads insert the same few connections with and without templates, apply packets in both directions, hide, remove,
 * expire and hold them. After each round all counts equal the number of connections visited. In the end nothing is
 * counted and every id is free.
 */
@Tag("slow")
class ConnectionTableStressTest {
    private static final int THREADS = 4;
    private static final int STEPS = 150_000;
    private static final int CLIENTS = 40;
    private static final int SERVERS = 3;
    private static final int TEMPLATE_COUNT = 8;
    private static final int SYN = 2;
    private static final int[] TCP_FLAGS = {SYN, 16, 16, 17, 4};

    private final AtomicLong clock = new AtomicLong();
    private final IdTable<ServerState> servers = new IdTable<>(ServerState[]::new, 1 << 24);
    private final IdTable<TemplateHandle> templates = new IdTable<>(TemplateHandle[]::new, Integer.MAX_VALUE);
    private final ConnectionTable table =
            new ConnectionTable(new Timeouts(), servers, templates, new TimerWheel(0), Integer.MAX_VALUE, 0);
    private final HeldConnections heldConnections = new HeldConnections(table, true);
    private final List<ServerState> states = new ArrayList<>();
    private final AtomicInteger resumed = new AtomicInteger();
    private final AtomicInteger repliesFound = new AtomicInteger();
    private final AtomicInteger fastPathPackets = new AtomicInteger();

    private static final class Template extends TemplateHandle {
        Template(IdTable<TemplateHandle> ids) {
            super(ids);
            register();
        }

        @Override
        protected void expire(long nowNanos) {}

        void finish() {
            end(true);
        }
    }

    ConnectionTableStressTest() {
        for (int i = 0; i < SERVERS; i++) {
            int id = servers.take();
            // Two servers share an address, so that replies distinguish them by the port.
            RealServer config = RealServer.builder("192.168.1." + (1 + i / 2) + ":" + (80 + i))
                    .build();
            ServerState state = new ServerState(id, config, new Counters(), new LoadBoard());
            state.enter(config, new Counters(), new LoadBoard());
            servers.set(id, state);
            states.add(state);
        }
    }

    private interface Body {
        void run(int thread) throws Exception;
    }

    private static void race(Body body) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> runs = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int id = thread;
                runs.add(executor.submit(() -> {
                    body.run(id);
                    return null;
                }));
            }
            for (Future<?> run : runs) {
                run.get(300, TimeUnit.SECONDS);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void operations_allAtOnce_countsExactAndNothingLeft(long seed) throws Exception {
        Template[] handles = new Template[TEMPLATE_COUNT];
        for (int i = 0; i < TEMPLATE_COUNT; i++) {
            handles[i] = new Template(templates);
        }
        for (int round = 0; round < 3; round++) {
            int number = round;
            race(thread -> new Worker(handles, new SplittableRandom(seed * 100 + number * 10L + thread)).run());
            assertCountsEqualConnections("seed " + seed + " round " + round);
        }
        assertThat(repliesFound.get()).as("seed %d", seed).isPositive();
        assertThat(resumed.get()).as("seed %d", seed).isPositive();
        assertThat(states.stream()
                        .mapToLong(state -> state.counters().read().inPackets())
                        .sum())
                .as("packets on the fast path, seed %d", seed)
                .isEqualTo(fastPathPackets.get())
                .isPositive();
        for (Template handle : handles) {
            handle.finish();
        }
        advanceClock(TimeUnit.HOURS.toNanos(1));
        assertThat(table.size()).as("seed %d", seed).isZero();
        for (ServerState state : states) {
            assertThat(state.connections()).as("seed %d %s", seed, state).isZero();
            assertThat(state.retire()).isTrue();
            assertThat(state.bind(true)).as("binds to a retired server").isFalse();
            table.removeRoutes(state);
        }
        assertThat(table.replyRoutes().indexSize()).as("seed %d", seed).isZero();
        templates.forEach(left -> {
            throw new AssertionError("seed " + seed + ": a template is still registered: " + left);
        });
    }

    private void advanceClock(long nanos) {
        table.advance(clock.addAndGet(nanos));
    }

    /** The counts of the servers equal the connections visited, once the hidden ones have expired at the next tick. */
    private void assertCountsEqualConnections(String what) {
        advanceClock(TimerWheel.TICK_NANOS);
        long[] counted = new long[SERVERS + 1];
        AtomicInteger shown = new AtomicInteger();
        table.forEach(connection -> {
            ServerState server = connection.server();
            counted[server == null ? 0 : server.id()] += connection.state().active() ? 1L << 32 : 1;
            shown.incrementAndGet();
        });
        heldConnections.forEach(held -> {
            throw new AssertionError(what + ": still held");
        });
        assertThat(table.size()).as(what).isEqualTo(shown.get());
        assertThat(counted[0]).as(what).isZero();
        for (ServerState state : states) {
            assertThat(state.connections()).as(what + " " + state).isEqualTo(counted[state.id()]);
        }
    }

    private final class Worker {
        private final Template[] handles;
        private final SplittableRandom random;
        private final Flow flow = new Flow();
        private final Flow found = new Flow();
        private final ConnectionCursor cursor = table.cursor();
        private final List<HeldConnection> held = new ArrayList<>();

        Worker(Template[] handles, SplittableRandom random) {
            this.handles = handles;
            this.random = random;
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                // A server has more virtual endpoints than routes.
                int choice = random.nextInt(CLIENTS);
                boolean ipv6 = choice % 5 == 0;
                AddressFamily family = ipv6 ? AddressFamily.IPV6 : AddressFamily.IPV4;
                int virtualPort = 1000 + choice % 13;
                flow.set(Protocol.TCP, family, ipv6 ? 7 : 0, choice, 4000, ipv6 ? 9 : 0, 0x0A00_0001, virtualPort);
                long now = clock.get();
                switch (random.nextInt(16)) {
                    case 0, 1, 2, 3 -> insert(virtualPort, now);
                    case 4 -> end(now);
                    case 5 -> hold(now);
                    case 6 -> advanceClock(random.nextLong(TimeUnit.SECONDS.toNanos(3)));
                    case 7, 8, 9 -> reply(ipv6, choice, now);
                    default -> follow(now);
                }
            }
            held.forEach(connection -> end(connection, clock.get()));
        }

        private void insert(int virtualPort, long now) {
            ServerState server = states.get(random.nextInt(SERVERS));
            Template handle = random.nextInt(3) == 0 ? handles[random.nextInt(TEMPLATE_COUNT)] : null;
            if (handle != null && !handle.bindConnection()) {
                throw new AssertionError("a template that has not ended refuses a connection");
            }
            int port = random.nextInt(4) == 0
                    ? virtualPort
                    : server.config().endpoint().port();
            assertThat(table.reserve()).isTrue();
            ConnectionCursor.Insertion insertion = cursor.insert(flow, server, port, handle, SYN, false, now);
            if (insertion != ConnectionCursor.Insertion.DONE) {
                table.unreserve();
            }
            assertThat(insertion).isIn(ConnectionCursor.Insertion.DONE, ConnectionCursor.Insertion.KNOWN);
        }

        private void follow(long now) {
            boolean defence = random.nextInt(8) == 0;
            int tcpFlags = TCP_FLAGS[random.nextInt(TCP_FLAGS.length)];
            if (random.nextBoolean() && table.follow(flow, tcpFlags, 100, now) >= 0) {
                fastPathPackets.incrementAndGet();
                return;
            }
            ConnectionCursor found;
            do {
                found = table.find(flow);
            } while (found != null && !found.follow(found.server(), true, tcpFlags, defence, now));
        }

        private void end(long now) {
            ConnectionCursor found = table.find(flow);
            if (found != null) {
                if (random.nextBoolean()) {
                    found.remove();
                } else {
                    found.expireNow(now);
                }
            }
        }

        private void hold(long now) {
            if (held.size() > 10) {
                end(held.remove(random.nextInt(held.size())), now);
                return;
            }
            HeldConnection connection = resume(now);
            if (connection == null) {
                boolean listed = random.nextInt(4) != 0;
                assertThat(!listed || table.reserve()).isTrue();
                ServerState server = states.get(random.nextInt(SERVERS));
                connection = heldConnections.hold(Protocol.TCP, listed ? flow : null, listed, server, 80, null, now);
            }
            connection.establish(now);
            if (random.nextBoolean()) {
                connection.finish(true, now);
            }
            held.add(connection);
        }

        private @Nullable HeldConnection resume(long now) {
            ConnectionCursor lingering = table.find(flow);
            if (lingering == null || lingering.state() != ConnectionState.TIME_WAIT) {
                return null;
            }
            HeldConnection connection = heldConnections.resume(lingering, flow, lingering.server(), now);
            if (connection != null) {
                resumed.incrementAndGet();
            }
            return connection;
        }

        private void end(HeldConnection connection, long now) {
            switch (random.nextInt(4)) {
                case 0 -> heldConnections.release(connection);
                case 1 -> heldConnections.expire(connection);
                case 2 -> heldConnections.close(connection, ConnectionState.CLOSE, now);
                default -> heldConnections.close(connection, ConnectionState.TIME_WAIT, now);
            }
        }

        private void reply(boolean ipv6, int client, long now) {
            ServerState server = states.get(random.nextInt(SERVERS));
            var endpoint = server.config().endpoint();
            Flow reply = new Flow();
            // All servers are IPv4; a reply to an IPv6 client must not match.
            reply.set(
                    Protocol.TCP,
                    ipv6 ? AddressFamily.IPV6 : AddressFamily.IPV4,
                    0,
                    endpoint.address().low(),
                    random.nextInt(4) == 0 ? 1000 + client % 13 : endpoint.port(),
                    ipv6 ? 7 : 0,
                    client,
                    4000);
            if (cursor.findByServer(reply)) {
                cursor.fill(found);
                assertThat(found.sourceLow()).isEqualTo(client);
                assertThat(cursor.server().config().endpoint().address()).isEqualTo(endpoint.address());
                cursor.follow(cursor.server(), false, 16, false, now);
                repliesFound.incrementAndGet();
            }
        }
    }
}
