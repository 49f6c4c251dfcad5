package org.lvs4j.netty.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.NetworkCheck;
import org.lvs4j.health.ProbeResult;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.FreePort;
import org.lvs4j.netty.Transport;

/** An event loop of one transport on which probes are started, and the wait for their results. */
final class ProbeFixture implements AutoCloseable {
    static final CheckSchedule SCHEDULE = CheckSchedule.builder().build();
    static final Duration TIMEOUT = Duration.ofSeconds(20);

    final EventLoopGroup group;
    final EventLoop loop;
    final ProbeSockets sockets;

    ProbeFixture(Transport transport) {
        ProbeTransport probes = ProbeTransport.of(transport);
        group = new MultiThreadIoEventLoopGroup(1, probes.handlers());
        loop = group.next();
        sockets = new ProbeSockets(probes, new SplittableRandom(5));
    }

    static Stream<Transport> transports() {
        return Stream.of(Transport.NIO, Transport.EPOLL, Transport.IO_URING).filter(Transport::available);
    }

    static ProbeTarget target(String endpoint) {
        return ProbeTarget.of(Endpoint.parse(endpoint)).withTimeout(Duration.ofSeconds(10));
    }

    static ProbeTarget impatient(String endpoint) {
        return ProbeTarget.of(Endpoint.parse(endpoint)).withTimeout(Duration.ofMillis(300));
    }

    /** The end of a probe: its result, or the reason why it was not made. */
    static final class End implements ProbeOutcome {
        private final CompletableFuture<ProbeResult> result = new CompletableFuture<>();
        private final CompletableFuture<String> notMade = new CompletableFuture<>();

        @Override
        public void finished(ProbeResult value) {
            assertThat(result.complete(value)).isTrue();
            assertThat(notMade).isNotDone();
        }

        @Override
        public void notMade(String reason) {
            assertThat(notMade.complete(reason)).isTrue();
            assertThat(result).isNotDone();
        }

        ProbeResult result() throws Exception {
            return result.get(20, TimeUnit.SECONDS);
        }

        String notMade() throws Exception {
            return notMade.get(20, TimeUnit.SECONDS);
        }

        boolean isOver() {
            return result.isDone() || notMade.isDone();
        }
    }

    Execution start(NetworkCheck check, End end) {
        return sockets.start(loop, check, 0, end);
    }

    ProbeResult probe(NetworkCheck check) throws Exception {
        End end = new End();
        start(check, end);
        return end.result();
    }

    /** An address of a TCP port at which nothing listens. */
    static String closedPort() throws IOException {
        return "127.0.0.1:" + FreePort.next();
    }

    /** What the sockets of this process are: their inodes, and the number of other descriptors does not matter. */
    static long openSockets() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(ProbeFixture::isSocket).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            return false;
        }
    }

    /** The tasks and timers that wait on the loop. */
    int pendingTimers() throws Exception {
        return loop.submit(() -> scheduled(loop)).get(20, TimeUnit.SECONDS);
    }

    static int scheduled(EventLoop loop) {
        try {
            Class<?> type = io.netty.util.concurrent.AbstractScheduledEventExecutor.class;
            var field = type.getDeclaredField("scheduledTaskQueue");
            field.setAccessible(true);
            Object queue = field.get(loop);
            return queue == null ? 0 : ((java.util.Queue<?>) queue).size();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("Netty's loops are made otherwise", e);
        }
    }

    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TIMEOUT.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long: %s", what).isLessThan(end);
            LockSupport.parkNanos(2_000_000);
        }
    }

    static List<byte[]> hex(String... datagrams) {
        return Arrays.stream(datagrams)
                .map(each -> java.util.HexFormat.of().parseHex(each))
                .toList();
    }

    @Override
    public void close() {
        sockets.close();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
