package org.lvs4j.netty.health;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.health.CheckHealth;
import org.lvs4j.health.HealthEvent;
import org.lvs4j.health.ServerHealth;
import org.lvs4j.health.ServiceHealth;
import org.lvs4j.net.Endpoint;

/**
 * Servers that flap, reloads, and comparisons of the table with the monitor's idea of it.
 *
 * <p>A comparison is without a race for two reasons. A listener is called on the monitor's event loop right after the
 * table has changed, and before the next change can be made. On another thread, two snapshots of the monitor with the
 * same count of changes have the same table between them.
 */
final class SoakStorm {
    private static final int MOST_VIOLATIONS = 20;
    private static final int SAMPLE_MILLIS = 200;

    private final Director director;
    private final SoakPlan plan;
    private final Map<Endpoint, SoakServer> servers;
    private final AtomicReference<@Nullable HealthMonitor> monitor = new AtomicReference<>();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private List<Footprint> samples = new ArrayList<>();
    private volatile boolean over;

    final AtomicLong flaps = new AtomicLong();
    final AtomicLong reloads = new AtomicLong();
    final AtomicLong events = new AtomicLong();
    final AtomicLong snapshots = new AtomicLong();

    SoakStorm(Director director, SoakPlan plan, Map<Endpoint, SoakServer> servers) {
        this.director = director;
        this.plan = plan;
        this.servers = servers;
    }

    void use(HealthMonitor started) {
        monitor.set(started);
    }

    private HealthMonitor monitor() {
        HealthMonitor started = monitor.get();
        if (started == null) {
            throw new IllegalStateException("no monitor");
        }
        return started;
    }

    /** A listener of the monitor: compares after each step. */
    void changed(HealthEvent event) {
        HealthMonitor started = monitor.get();
        if (started != null) {
            events.incrementAndGet();
            report("after " + event, TableComparison.differences(started.snapshotOnLoop(), director.configuration()));
        }
    }

    private void report(String when, List<String> differences) {
        for (String difference : differences) {
            if (violations.size() < MOST_VIOLATIONS) {
                violations.add(when + ": " + difference);
            }
        }
    }

    /** Compares on this thread. Returns whether that was possible: the table has not changed meanwhile. */
    boolean compare(String when) {
        HealthMonitorSnapshot before = monitor().snapshot();
        var table = director.configuration();
        if (monitor().snapshot().changes() != before.changes()) {
            return false;
        }
        snapshots.incrementAndGet();
        report(when, TableComparison.differences(before, table));
        return true;
    }

    Collection<String> violations() {
        return violations;
    }

    /** Flaps, reloads and comparisons for a time; then no reload for a second, and then no flap any more. */
    List<Footprint> blow(SplittableRandom random, long millis) throws InterruptedException {
        over = false;
        samples = new ArrayList<>();
        List<SoakServer> all = servers.values().stream()
                .sorted(Comparator.comparing(SoakServer::endpoint))
                .toList();
        SplittableRandom flapping = random.split();
        SplittableRandom reloading = random.split();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        repeat("flap", () -> {
            all.get(flapping.nextInt(all.size())).flap(flapping);
            flaps.incrementAndGet();
            TimeUnit.MILLISECONDS.sleep(flapping.nextInt(20));
        });
        repeat("reload", () -> {
            TimeUnit.MILLISECONDS.sleep(200 + reloading.nextInt(2800));
            if (System.nanoTime() - end < 0) {
                monitor().reload(plan.next(reloading));
                reloads.incrementAndGet();
            }
        });
        repeat("compare", () -> {
            compare("in the storm");
            TimeUnit.MILLISECONDS.sleep(5);
        });
        repeat("sample", () -> {
            samples.add(Footprint.now());
            TimeUnit.MILLISECONDS.sleep(SAMPLE_MILLIS);
        });
        TimeUnit.MILLISECONDS.sleep(millis + 1000);
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }
        threads.clear();
        return samples;
    }

    /** A step that is repeated until the storm is over. */
    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    private void repeat(String name, Step step) {
        Thread thread = new Thread(
                () -> {
                    try {
                        while (!over) {
                            step.run();
                        }
                    } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
                        violations.add(name + " has failed: " + e);
                    }
                },
                "soak-" + name);
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
    }

    /** The checks that do not say of their servers what is true. */
    List<String> wrongChecks() {
        List<String> wrong = new ArrayList<>();
        for (ServiceHealth service : monitor().snapshot().services()) {
            for (ServerHealth server : service.servers()) {
                SoakServer real = servers.get(server.server().server().endpoint());
                for (CheckHealth check : server.checks()) {
                    SoakServer.Expected expected = real.expected(check.check());
                    if (expected != SoakServer.Expected.EITHER && check.up() != (expected == SoakServer.Expected.UP)) {
                        wrong.add(real + " has " + check);
                    }
                }
            }
        }
        return wrong;
    }

    /** Whether every service has all of its servers in the table, and its quorum. */
    boolean isWhole() {
        List<ServiceHealth> services = monitor().snapshot().services();
        return services.size() == SoakPlan.SERVICES
                && services.stream()
                        .allMatch(service -> service.up()
                                && service.servers().size() == SoakPlan.SERVERS
                                && service.servers().stream().allMatch(server -> server.up() && server.inTable()));
    }

    static long median(List<Footprint> samples, ToLongFunction<Footprint> number) {
        return samples.stream()
                .mapToLong(number)
                .sorted()
                .skip(samples.size() / 2)
                .findFirst()
                .orElse(0);
    }
}
