package org.lvs4j.netty.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.lvs4j.discovery.FoundServer;
import org.lvs4j.discovery.ServerSource;

/** Keeps what a source tells: servers as a list of their endpoints and weights, failures as they are. */
class Recorder implements ServerSource.Observer {
    private static final long TIMEOUT_SECONDS = 20;

    private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

    @Override
    public void found(Collection<FoundServer> servers) {
        events.add(servers.stream()
                .map(server -> server.endpoint() + (server.weight() == null ? "" : " " + server.weight()))
                .toList());
    }

    @Override
    public void failed(Throwable cause) {
        events.add(cause);
    }

    Object next() throws InterruptedException {
        Object event = events.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        assertThat(event).as("the source tells something").isNotNull();
        return event;
    }

    /** The next servers; there must be no failure before them. */
    @SuppressWarnings("unchecked")
    List<String> servers() throws InterruptedException {
        Object event = next();
        if (event instanceof Throwable failure) {
            throw new AssertionError("the source has failed", failure);
        }
        return (List<String>) event;
    }

    /** The next servers that are not the given ones. */
    List<String> serversAfter(List<String> before) throws InterruptedException {
        List<String> servers = servers();
        while (servers.equals(before)) {
            servers = servers();
        }
        return servers;
    }

    Throwable failure() throws InterruptedException {
        Object event = next();
        assertThat(event).isInstanceOf(Throwable.class);
        return (Throwable) event;
    }

    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long: %s", what).isLessThan(end);
            LockSupport.parkNanos(2_000_000);
        }
    }

    /** Waits until no thread of a name is alive. */
    static void awaitNoThread(String name) {
        await(
                "no thread " + name,
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith(name)));
    }
}
