package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager, which is systemd, how the daemon is, by the protocol of sd_notify(3): that it serves,
 * reloads, or stops, a sentence about it, and, for the watchdog, that it is alive. Without {@code NOTIFY_SOCKET} nothing
 * is told. No failure to tell ends the daemon. Thread-safe.
 */
final class ServiceManager implements AutoCloseable {
    static final String SOCKET = "NOTIFY_SOCKET";
    static final String WATCHDOG_USEC = "WATCHDOG_USEC";
    private static final String WATCHDOG_PID = "WATCHDOG_PID";

    /** Shorter times would take a processor, and an event loop needs some time to answer. */
    private static final long SHORTEST_MICROS = TimeUnit.MILLISECONDS.toMicros(1);

    /** How often the sentence is brought up to date without a watchdog. */
    private static final long STATUS_MICROS = TimeUnit.SECONDS.toMicros(10);

    private static final Logger LOG = LoggerFactory.getLogger(ServiceManager.class);

    private final @Nullable NotifySocket socket;

    /** The longest time between two signs of life that the service manager allows, in microseconds; 0 for any. */
    private final long watchdogMicros;

    // Guarded by this object.
    private boolean stopping;
    private boolean silent;
    private boolean failed;
    private String lastStatus = "";
    private @Nullable Thread thread;

    private ServiceManager(@Nullable NotifySocket socket, long watchdogMicros) {
        this.socket = socket;
        this.watchdogMicros = watchdogMicros;
    }

    /**
     * The service manager that started a process, by its environment.
     *
     * @param takeover whether the process takes the place of another one, and with it the watchdog of its service
     */
    static ServiceManager of(Map<String, String> environment, long pid, boolean takeover) {
        String name = environment.getOrDefault(SOCKET, "");
        if (name.isEmpty()) {
            return none();
        }
        try {
            return new ServiceManager(NotifySocket.connect(name), watchdogMicros(environment, pid, takeover));
        } catch (IOException | RuntimeException e) {
            LOG.error("{}={}: the service manager is not told about this lvsd: {}", SOCKET, name, Reason.of(e));
            return none();
        }
    }

    /** No service manager. */
    static ServiceManager none() {
        return new ServiceManager(null, 0);
    }

    private static long watchdogMicros(Map<String, String> environment, long pid, boolean takeover) {
        String micros = environment.get(WATCHDOG_USEC);
        String meant = environment.get(WATCHDOG_PID);
        // A child process inherits the variables.
        boolean mine = meant == null
                || meant.equals(Long.toString(pid))
                || takeover && meant.matches("[0-9]{1,10}") && sameService(Long.parseLong(meant));
        if (micros == null || !mine) {
            return 0;
        }
        if (!micros.matches("[0-9]{1,18}")) {
            LOG.error("{}={}: not a number of microseconds; the watchdog gets no sign of life", WATCHDOG_USEC, micros);
            return 0;
        }
        return Long.parseLong(micros);
    }

    /**
     * The daemon serves. From now on the sentence is kept up to date, and the watchdog gets a sign of life at each half of
     * its time, as long as the heart beats.
     *
     * @param status tells how the daemon is, in a sentence
     * @param heartbeat completes when everything that must not be stuck has answered
     */
    void ready(Supplier<String> status, Supplier<CompletableFuture<Void>> heartbeat) {
        if (socket == null) {
            return;
        }
        String now = status.get();
        synchronized (this) {
            lastStatus = now;
            send((stopping ? "" : "READY=1\n") + statusLine(now));
            Thread started = new Thread(() -> follow(status, heartbeat), "lvsd-service-manager");
            started.setDaemon(true);
            started.start();
            thread = started;
        }
    }

    /** The daemon begins to read its configuration again. */
    synchronized void reloading() {
        if (stopping) {
            return;
        }
        // On Linux, nanoTime is the clock that systemd compares with, CLOCK_MONOTONIC.
        send("RELOADING=1\nMONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(System.nanoTime()));
    }

    /**
     * The daemon has ended a reload.
     *
     * @param status how it is now, in a sentence
     */
    void reloaded(Supplier<String> status) {
        if (socket == null) {
            return;
        }
        String now = "";
        try {
            now = status.get();
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.debug("there is no status", e);
        }
        synchronized (this) {
            lastStatus = now;
            send((stopping ? "" : "READY=1\n") + statusLine(now));
        }
    }

    /**
     * The daemon stops, and may take some time.
     *
     * @param status what it waits for, in a sentence
     */
    synchronized void stopping(String status, Duration limit) {
        stopping = true;
        lastStatus = status;
        send("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + TimeUnit.NANOSECONDS.toMicros(limit.toNanos()) + "\n"
                + statusLine(status));
    }

    /**
     * Another process has taken over. If it belongs to the same service, it is the main process from now on, and this one
     * tells nothing any more; else this service stops.
     *
     * @param pid its number, or a negative one if it is unknown
     */
    synchronized void handedOver(long pid, String status, Duration limit) {
        if (pid > 0 && sameService(pid)) {
            send("MAINPID=" + pid);
            silent = true;
        } else {
            stopping(status, limit);
        }
    }

    /** Whether a process is in this one's control group, by which systemd knows the processes of a service. */
    private static boolean sameService(long pid) {
        try {
            return Files.readString(Path.of("/proc/self/cgroup"))
                    .equals(Files.readString(Path.of("/proc", Long.toString(pid), "cgroup")));
        } catch (IOException e) {
            return false;
        }
    }

    private void follow(Supplier<String> status, Supplier<CompletableFuture<Void>> heartbeat) {
        long periodNanos = TimeUnit.MICROSECONDS.toNanos(
                watchdogMicros == 0 ? STATUS_MICROS : Math.max(watchdogMicros / 2, SHORTEST_MICROS));
        try {
            while (true) {
                long startNanos = System.nanoTime();
                try {
                    beat(heartbeat, periodNanos);
                } catch (RuntimeException | OutOfMemoryError e) {
                    // Without a sign of life, if this goes on, the watchdog acts.
                    LOG.debug("the service manager gets no sign of life", e);
                }
                TimeUnit.NANOSECONDS.sleep(periodNanos - (System.nanoTime() - startNanos));
                try {
                    tell(status);
                } catch (RuntimeException | OutOfMemoryError e) {
                    LOG.debug("there is no status", e);
                }
            }
        } catch (InterruptedException e) {
            // The daemon ends.
        }
    }

    private void beat(Supplier<CompletableFuture<Void>> heartbeat, long periodNanos) throws InterruptedException {
        if (watchdogMicros > 0) {
            await(heartbeat.get(), periodNanos);
            synchronized (this) {
                send("WATCHDOG=1");
            }
        }
    }

    private void tell(Supplier<String> status) {
        String now = status.get();
        synchronized (this) {
            if (!now.equals(lastStatus)) {
                lastStatus = now;
                send(statusLine(now));
            }
        }
    }

    private static void await(CompletableFuture<Void> heartbeat, long limitNanos) throws InterruptedException {
        try {
            try {
                heartbeat.get(limitNanos, TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                LOG.error(
                        "an event loop has not answered for {} ms; until all do, the watchdog gets no sign of life",
                        TimeUnit.NANOSECONDS.toMillis(limitNanos));
                heartbeat.get();
                LOG.warn("all event loops answer again");
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String statusLine(String status) {
        return "STATUS=" + status.replace('\n', ' ');
    }

    /** The caller holds the lock. */
    private void send(String message) {
        if (socket == null || silent) {
            return;
        }
        try {
            socket.send(message);
            failed = false;
        } catch (IOException e) {
            if (!failed) {
                LOG.warn("the service manager cannot be told '{}': {}", message.replace('\n', ' '), Reason.of(e));
            }
            failed = true;
        }
    }

    /** Tells nothing any more. Idempotent. */
    @Override
    public synchronized void close() {
        silent = true;
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                LOG.debug("the socket of the service manager cannot be closed", e);
            }
        }
    }
}
