package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.TcpFlags;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Eight threads with clients of both planes while a ninth changes the servers: no leak, nothing counted twice. */
@Tag("slow")
class DirectorStressTest {
    private static final int THREADS = 8;
    private static final int STEPS = 25_000;
    private static final int SERVERS = 6;
    private static final int STEPS_AT_MOST = 40 * STEPS;
    private static final int CHANGES_AT_LEAST = 50;
    private static final int HELD_AT_MOST = 40;
    private static final int UPPER_THRESHOLD = 60;

    private static final Endpoint VIRTUAL = Endpoint.parse("10.0.0.100:80");
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.100:80");
    private static final int FIN = TcpFlags.FIN;
    private static final int SYN = TcpFlags.SYN;
    private static final int RST = TcpFlags.RST;
    private static final int ACK = TcpFlags.ACK;

    private final AtomicLong clock = new AtomicLong();
    private final Director director = Director.builder().ticker(clock::get).build();
    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicInteger ports = new AtomicInteger();
    private final AtomicInteger changes = new AtomicInteger();

    /**
     * Odd while the server's weight is certainly 0: incremented after such an edit has returned and before
     * the next edit.
     */
    private final AtomicIntegerArray quiesced = new AtomicIntegerArray(SERVERS);

    @ParameterizedTest
    @CsvSource({
        "rr, false, 1", "wrr, false, 2", "lc, false, 3", "wlc, false, 4", "sed, false, 5", "nq, false, 6",
        "sh, false, 7", "mh, false, 8", "twos, false, 9", "ovf, false, 10", "fo, false, 11", "lblcr, false, 12",
        "rr, true, 13", "wlc, true, 14", "wrr, false, 15", "wrr, true, 16"
    })
    void director_randomOpensClosesAndChanges_allCountsZeroAtTheEnd(String scheduler, boolean persistent, long seed)
            throws Exception {
        director.addService(VirtualService.builder(WEB)
                .scheduler(scheduler)
                .persistence(persistent ? Persistence.of(WEB.family(), 5) : null)
                .build());
        for (int server = 0; server < SERVERS; server++) {
            director.addServer(WEB, server(server, 1 + server));
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);
        long started = 0;
        try {
            Future<?> operator = threads.submit(() -> operate(persistent, seed));
            List<Future<Long>> clients = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int number = thread;
                clients.add(threads.submit(() -> new Client(number, persistent, seed).run()));
            }
            for (Future<Long> client : clients) {
                started += client.get(120, TimeUnit.SECONDS);
            }
            done.set(true);
            operator.get(120, TimeUnit.SECONDS);
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
        assertThat(started).as("seed %d", seed).isPositive();
        assertThat(changes).as("seed %d", seed).hasValueGreaterThanOrEqualTo(CHANGES_AT_LEAST);
        assertNothingLeft(seed);
    }

    private static RealServer server(int number, int weight) {
        return RealServer.builder("192.168.1." + (number + 1) + ":80")
                .weight(weight)
                .upperThreshold(number == 0 ? UPPER_THRESHOLD : 0)
                .build();
    }

    private static int numberOf(RealServer server) {
        return (int) (server.endpoint().address().low() & 0xFF) - 1;
    }

    /** Changes servers until the clients have finished. Server 1 stays, so that there is always one available. */
    private void operate(boolean persistent, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        while (!done.get()) {
            int number = random.nextInt(SERVERS);
            if (random.nextInt(4) == 0 && number != 1) {
                director.removeServer(WEB, server(number, 1).endpoint());
                director.addServer(WEB, server(number, 1 + random.nextInt(5)));
            } else if (number != 1 || changes.get() % 2 == 0) {
                director.editServer(WEB, server(number, 0));
                quiesced.incrementAndGet(number);
                Thread.yield();
                quiesced.incrementAndGet(number);
                director.editServer(WEB, server(number, 1 + random.nextInt(5)));
            }
            changes.incrementAndGet();
            if (!persistent) {
                assertThat(connectionsOfLimitedServer()).isLessThanOrEqualTo(UPPER_THRESHOLD + THREADS);
            }
        }
    }

    /** Only threads that picked the server at the same moment may exceed the threshold together. */
    private int connectionsOfLimitedServer() {
        for (ServerSnapshot server : director.services().get(0).servers()) {
            if (numberOf(server.server()) == 0) {
                return server.active() + server.inactive();
            }
        }
        throw new AssertionError("server 0 is missing");
    }

    private void assertNothingLeft(long seed) {
        // Longer than any connection or template lasts; unused removed servers are retired as well.
        for (int i = 0; i < 40; i++) {
            clock.addAndGet(Duration.ofSeconds(60).toNanos());
            director.advance();
        }
        assertThat(director.connections()).as("seed %d", seed).isEmpty();
        Map<String, String> counts = new TreeMap<>();
        for (ServerSnapshot server : director.services().get(0).servers()) {
            if (server.active() != 0 || server.inactive() != 0 || server.persistent() != 0 || server.overloaded()) {
                counts.put(server.server().toString(), server.toString());
            }
        }
        assertThat(counts).as("seed %d", seed).isEmpty();
    }

    /** One thread's connections of the socket plane and flows of the packet plane. */
    private final class Client {
        private final int thread;
        private final boolean persistent;
        private final SplittableRandom random;
        private final List<Connection> held = new ArrayList<>();
        private final List<Flow> flows = new ArrayList<>();
        private final int[] before = new int[SERVERS];
        private long started;

        Client(int thread, boolean persistent, long seed) {
            this.thread = thread;
            this.persistent = persistent;
            random = new SplittableRandom(seed * 1_000 + thread);
        }

        long run() {
            // On a loaded machine the thread that changes servers may be starved: wait for it.
            for (int step = 0; step < STEPS || changes.get() < CHANGES_AT_LEAST && step < STEPS_AT_MOST; step++) {
                switch (random.nextInt(6)) {
                    case 0, 1 -> open();
                    case 2 -> close();
                    case 3 -> syn();
                    default -> packet();
                }
                clock.addAndGet(random.nextLong(TimeUnit.MILLISECONDS.toNanos(1)));
            }
            held.forEach(Connection::close);
            return started;
        }

        private Flow newFlow() {
            int port = ports.getAndIncrement();
            String client = "10." + thread + "." + (port >>> 14 & 0xFF) + "." + (1 + (port & 0x0F));
            return Flow.of(Protocol.TCP, Endpoint.parse(client + ":" + (1_024 + (port & 0x3FFF))), VIRTUAL);
        }

        private void open() {
            storeQuiesced();
            Connection connection = director.open(newFlow());
            if (connection.accepted()) {
                check(numberOf(connection.server()));
                if (random.nextBoolean()) {
                    connection.established();
                }
                held.add(connection);
            }
            if (held.size() > HELD_AT_MOST) {
                close();
            }
        }

        private void close() {
            if (!held.isEmpty()) {
                Connection connection = held.remove(random.nextInt(held.size()));
                if (random.nextBoolean()) {
                    connection.clientFinished();
                }
                connection.close();
                connection.close();
            }
        }

        private void syn() {
            Flow flow = newFlow();
            storeQuiesced();
            long decision = director.flows().dispatch(flow, SYN, 40);
            if (Decision.verdict(decision) == Verdict.FORWARD) {
                RealServer server = director.flows().server(Decision.serverId(decision));
                assertThat(server).isNotNull();
                check(numberOf(server));
                flows.add(flow);
            }
        }

        private void packet() {
            if (!flows.isEmpty()) {
                Flow flow = flows.get(random.nextInt(flows.size()));
                int flags = random.nextInt(4) > 0 ? ACK : random.nextBoolean() ? FIN | ACK : RST;
                director.flows().dispatch(flow, flags, 40);
                if (random.nextInt(20) == 0) {
                    flows.clear();
                }
            }
        }

        private void storeQuiesced() {
            for (int server = 0; server < SERVERS; server++) {
                before[server] = quiesced.get(server);
            }
        }

        // With persistence a client may return to a quiesced server, as in IPVS.
        private void check(int server) {
            started++;
            boolean quiescedThroughout = before[server] % 2 == 1 && quiesced.get(server) == before[server];
            if (quiescedThroughout && !persistent) {
                throw new AssertionError("a new connection went to server " + server + " of weight 0");
            }
        }
    }
}
