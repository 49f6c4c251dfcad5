package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.Director;

/** What the service manager is told, and when it is not. */
@Timeout(60)
final class ServiceManagerTest {
    private static final long PID = ProcessHandle.current().pid();

    @TempDir
    private Path directory;

    private NotifyReceiver receiver;

    @BeforeEach
    void start() throws Exception {
        receiver = new NotifyReceiver(directory.resolve("notify").toString());
    }

    @AfterEach
    void stop() throws Exception {
        receiver.close();
    }

    private ServiceManager manager(String... more) {
        Map<String, String> environment = new HashMap<>(Map.of("NOTIFY_SOCKET", receiver.name()));
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return ServiceManager.of(environment, PID, false);
    }

    private static CompletableFuture<Void> alive() {
        return CompletableFuture.completedFuture(null);
    }

    @Test
    void ready_noWatchdog_readyAndStatusOnly() throws Exception {
        try (ServiceManager manager = manager()) {
            manager.ready(() -> "well\nand good", ServiceManagerTest::alive);
            manager.reloading();
            manager.reloaded(() -> "better");
            assertThat(receiver.messages()).hasSize(3).first().isEqualTo("READY=1\nSTATUS=well and good");
            assertThat(receiver.messages().get(1)).matches("RELOADING=1\nMONOTONIC_USEC=\\d+");
            assertThat(receiver.messages().get(2)).isEqualTo("READY=1\nSTATUS=better");
        }
    }

    @Test
    void reloaded_whileStopping_notReadyAgain() throws Exception {
        try (ServiceManager manager = manager()) {
            manager.stopping("bye", Duration.ofSeconds(35));
            manager.reloading();
            manager.reloaded(() -> "late");
            assertThat(receiver.messages())
                    .containsExactly("STOPPING=1\nEXTEND_TIMEOUT_USEC=35000000\nSTATUS=bye", "STATUS=late");
        }
    }

    @Test
    void watchdog_variablesOfAnotherProcess_noSignOfLife() throws Exception {
        try (ServiceManager manager = manager("WATCHDOG_USEC", "1000", "WATCHDOG_PID", Long.toString(PID + 1));
                ServiceManager meant = manager("WATCHDOG_USEC", "1000", "WATCHDOG_PID", Long.toString(PID))) {
            manager.ready(() -> "other", ServiceManagerTest::alive);
            TimeUnit.MILLISECONDS.sleep(50);
            assertThat(receiver.count("WATCHDOG=1")).isZero();
            meant.ready(() -> "this", ServiceManagerTest::alive);
            receiver.awaitStart("WATCHDOG=1");
        }
    }

    @Test
    void watchdog_timeTooShort_askedOnceAMillisecondAtMost() throws Exception {
        AtomicInteger beats = new AtomicInteger();
        long startNanos = System.nanoTime();
        try (ServiceManager manager = manager("WATCHDOG_USEC", "1")) {
            manager.ready(() -> "hasty", () -> {
                beats.incrementAndGet();
                return alive();
            });
            while (System.nanoTime() - startNanos < TimeUnit.MILLISECONDS.toNanos(300)) {
                receiver.clear();
            }
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
        assertThat((long) beats.get()).isBetween(1L, millis + 1);
    }

    @Test
    void watchdog_takesOverFromProcessOfThisService_signOfLife() throws Exception {
        Process other = new ProcessBuilder("sleep", "60").start();
        Map<String, String> environment = Map.of(
                "NOTIFY_SOCKET", receiver.name(), "WATCHDOG_USEC", "1000", "WATCHDOG_PID", Long.toString(other.pid()));
        try (ServiceManager manager = ServiceManager.of(environment, PID, true)) {
            manager.ready(() -> "next", ServiceManagerTest::alive);
            receiver.await("a sign of life", "WATCHDOG=1"::equals);
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void handedOver_processOfThisService_silentAfterMainPid() throws Exception {
        try (ServiceManager manager = manager("WATCHDOG_USEC", "1000")) {
            manager.handedOver(PID, "gone", Duration.ofSeconds(1));
            manager.stopping("bye", Duration.ofSeconds(1));
            assertThat(receiver.messages()).containsExactly("MAINPID=" + PID);
        }
    }

    @Test
    void handedOver_unknownProcess_stopping() throws Exception {
        try (ServiceManager manager = manager()) {
            manager.handedOver(-1, "gone", Duration.ofSeconds(1));
            assertThat(receiver.messages()).containsExactly("STOPPING=1\nEXTEND_TIMEOUT_USEC=1000000\nSTATUS=gone");
        }
    }

    @Test
    void of_unusableSocket_daemonGoesOn() throws Exception {
        for (String name :
                new String[] {"", "relative", directory.resolve("missing").toString(), "@" + directory}) {
            try (ServiceManager manager = ServiceManager.of(Map.of("NOTIFY_SOCKET", name), PID, false)) {
                manager.ready(() -> "well", ServiceManagerTest::alive);
                manager.stopping("bye", Duration.ofSeconds(1));
            }
        }
    }

    @Test
    void watchdog_stuckEventLoop_noSignOfLifeUntilItAnswers() throws Exception {
        int port = FreePort.next();
        Path file = Files.writeString(directory.resolve("a.rules"), "-A -t 127.0.0.1:" + port + " -s rr\n");
        PlaneOptions plane = new PlaneOptions();
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        // Called by an event loop at the end of a connection; there is no server for it.
        plane.log(record -> {
            stuck.countDown();
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        ConfigurationFile source = new ConfigurationFile(file.toString(), new FormatOptions(), plane);
        try (Balancer balancer = Balancer.start(Director.create(), source.read(InputStream.nullInputStream()), plane);
                ServiceManager manager = manager("WATCHDOG_USEC", "100000")) {
            manager.ready(() -> "serving", balancer::heartbeat);
            receiver.await("a sign of life", "WATCHDOG=1"::equals);
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertThat(stuck.await(20, TimeUnit.SECONDS)).isTrue();
                // The heartbeat of before may still be told, once.
                TimeUnit.MILLISECONDS.sleep(200);
                receiver.clear();
                TimeUnit.MILLISECONDS.sleep(500);
                assertThat(receiver.count("WATCHDOG=1")).isZero();
                assertThat(client.isConnected()).isTrue();
            } finally {
                end.countDown();
            }
            receiver.await("a sign of life", "WATCHDOG=1"::equals);
        }
    }
}
