package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.VirtualService;

/** What a relay does when there is no memory for a moment: one thing fails, and everything else continues. */
@ExtendWith(LeakCheck.class)
final class MemoryShortageTest {
    /** The name of the method in which there is no memory, once. */
    private final AtomicReference<String> without = new AtomicReference<>("");

    private final AtomicInteger advances = new AtomicInteger();

    private Director director(String server) {
        Director director =
                Director.builder().ticker(this::nanoTime).linger(false).build();
        director.addService(
                VirtualService.builder(Loopback.SERVICE).scheduler("rr").build(), RealServer.of(server));
        return director;
    }

    private long nanoTime() {
        if (isCalledIn("advance")) {
            advances.incrementAndGet();
        }
        String method = without.get();
        if (isCalledIn(method) && without.compareAndSet(method, "")) {
            throw new OutOfMemoryError("Cannot reserve 65536 bytes of direct buffer memory");
        }
        return System.nanoTime();
    }

    /** Whether a method of the relay with a given name calls. */
    private static boolean isCalledIn(String method) {
        return StackWalker.getInstance()
                .walk(frames -> frames.anyMatch(frame -> frame.getMethodName().equals(method)
                        && frame.getClassName().startsWith("org.lvs4j.netty.")));
    }

    private void runOut(String method) {
        without.set(method);
        Loopback.await("no memory in " + method, () -> without.get().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void connection_noMemory_resetAndReasonIsPlain(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        try (TestServer server = TestServer.start()) {
            Director director = director(server.address());
            try (Relay relay =
                    Loopback.relay(director, Protocol.TCP).transport(transport).start()) {
                System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
                without.set("accepted");
                Loopback.assertReset(relay);
                assertThat(relay.snapshot().localFailures()).isOne();
                try (Socket client = Loopback.connect(relay)) {
                    client.getOutputStream().write(7);
                    assertThat(client.getInputStream().read()).isEqualTo(7);
                }
                Loopback.awaitReleased(relay, director);
            }
        } finally {
            System.setErr(before);
        }
        assertThat(log.toString(StandardCharsets.UTF_8))
                .contains("a connection was cut off: no memory is left")
                .doesNotContain("Error");
    }

    @Test
    void advance_noMemoryOnce_timeOfDirectorGoesOn() throws Exception {
        Director director = director(Loopback.closedPort());
        try (Relay relay = Loopback.relay(director, Protocol.TCP).start()) {
            runOut("advance");
            int before = advances.get();
            Loopback.await("further calls", () -> advances.get() >= before + 3);
            assertThat(relay.problems()).isEmpty();
        }
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void sweep_noMemoryOnce_laterFlowsStillEnd(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (UdpEchoServer server = new UdpEchoServer()) {
            Director director = director(server.address());
            director.setTimeouts(new TimeoutSettings(900, 120, 1));
            try (Relay relay = Loopback.relay(director, Protocol.UDP)
                    .threads(1)
                    .idleTimeout(Duration.ofMinutes(1))
                    .transport(transport)
                    .start()) {
                try (UdpClient client = UdpClient.of(relay)) {
                    client.exchange(1);
                    runOut("sweep");
                    client.exchange(2);
                    assertThat(relay.snapshot().udpFlows()).isPositive();
                    Loopback.await("the later flow ends", () -> relay.snapshot().udpFlows() == 0);
                }
            }
        }
    }
}
