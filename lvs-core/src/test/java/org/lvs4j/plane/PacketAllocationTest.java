package org.lvs4j.plane;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.ConnectionSnapshot;
import org.lvs4j.Director;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.TcpFlags;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/**
 * Dispatching a packet allocates nothing: neither that of an established connection nor the first and last
 * of a connection.
 */
@Tag("slow")
class PacketAllocationTest {
    private static final int CLIENTS = 20_000;
    private static final int ROUNDS = 12;

    private final AtomicLong clock = new AtomicLong();
    private final Director director = Director.builder().ticker(clock::get).build();
    private final Flow flow = new Flow();

    private interface Packets {
        void send(int client);
    }

    /** The smallest allocation of a round over all clients: the first rounds grow the table and compile the code. */
    private long leastAllocated(Packets packets) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int client = 0; client < CLIENTS; client++) {
                packets.send(client);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    private IpAddress virtual;
    private IpAddress server;

    private void service(String family, String scheduler) {
        // The rate estimator allocates a reading every two seconds.
        director.setSysctl(Sysctl.RUN_ESTIMATION, 0);
        boolean v4 = family.equals("IPV4");
        virtual = IpAddress.parse(v4 ? "10.0.0.1" : "fd00::1");
        server = IpAddress.parse(v4 ? "192.168.1.1" : "fd01::1");
        VirtualService service = VirtualService.builder(ServiceKey.of(Protocol.TCP, new Endpoint(virtual, 80)))
                .scheduler(scheduler)
                .build();
        director.addService(service);
        director.addServer(
                service.key(), RealServer.builder(new Endpoint(server, 8080)).build());
    }

    private Flow fill(IpAddress other, int client, boolean reply) {
        AddressFamily family = other.family();
        long low = 0x0A01_0000L + client;
        return reply
                ? flow.set(Protocol.TCP, family, other.high(), other.low(), 8080, 0, low, 4000)
                : flow.set(Protocol.TCP, family, 0, low, 4000, other.high(), other.low(), 80);
    }

    @Test
    void prefetch_knownOrUnknownFlow_nothingChanges() {
        service("IPV4", "rr");
        director.flows().prefetch(fill(virtual, 1, false));
        director.flows().dispatch(fill(virtual, 2, false), TcpFlags.SYN, 40);
        List<ConnectionSnapshot> before = director.connections();
        director.flows().prefetch(fill(virtual, 1, false));
        director.flows().prefetch(fill(virtual, 2, false));
        assertThat(director.connections()).hasSize(1).isEqualTo(before);
        assertThat(director.traffic().inPackets()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"IPV4, rr", "IPV6, wlc"})
    void dispatchAndReply_establishedConnections_allocateNothing(String family, String scheduler) {
        service(family, scheduler);
        for (int client = 0; client < CLIENTS; client++) {
            director.flows().dispatch(fill(virtual, client, false), TcpFlags.SYN, 40);
            assertThat(director.flows().dispatchReply(fill(server, client, true), TcpFlags.SYN | TcpFlags.ACK, 40))
                    .isTrue();
        }
        long least = leastAllocated(client -> {
            clock.addAndGet(100_000);
            director.flows().prefetch(fill(virtual, client, false));
            director.flows().dispatch(flow, TcpFlags.ACK, 40);
            director.flows().dispatchReply(fill(server, client, true), TcpFlags.ACK, 40);
        });
        assertThat(least).as("bytes of %d packets", 2 * CLIENTS).isLessThan(CLIENTS / 100);
    }

    @ParameterizedTest
    @CsvSource({"IPV4, wlc", "IPV4, rr", "IPV6, wrr"})
    void dispatch_newConnectionsAndTheirEnds_allocateNothing(String family, String scheduler) {
        service(family, scheduler);
        AtomicLong next = new AtomicLong();
        long least = leastAllocated(client -> {
            // A reset connection expires after ten seconds: half a round.
            clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
            int fresh = (int) next.getAndIncrement();
            director.flows().dispatch(fill(virtual, fresh, false), TcpFlags.SYN, 40);
            director.flows().dispatch(fill(virtual, fresh, false), TcpFlags.ACK, 40);
            director.flows().dispatch(fill(virtual, fresh, false), TcpFlags.RST, 40);
        });
        assertThat(least).as("bytes of %d connections", CLIENTS).isLessThan(CLIENTS / 100);
        assertThat(director.connections()).hasSizeBetween(5_000, 15_000);
    }
}
