package org.lvs4j.benchmarks.hot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.lvs4j.Director;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.benchmarks.run.Machine;
import org.lvs4j.service.RealServer;

/**
 * Does a director with millions of connections lose a connection or leak memory in a long run?
 *
 * <p>Two threads end the oldest connection and open a new one, as fast as possible, and send packets of other
 * connections. Every second one server is quiesced and another one returns. The clock advances with the connections:
 * each lives for 100 s and stays for 10 s after its reset. The threads pause at half-time; the memory in use then must
 * suffice until the end. Arguments: the folder for {@code soak.md}, the minutes, the number of connections. Exit code 1
 * if a connection was lost, a count was wrong or memory grew.
 */
public final class Soak {
    private static final int THREADS = 2;
    private static final long PERIOD_MILLIS = 1000;
    private static final int PERIODS_PER_LINE = 10;
    private static final int MIB = 1 << 20;

    // The number of lifetimes after which memory must be stable: 1000 s of the clock.
    private static final int LIFETIMES_TO_SETTLE = 10;
    private static final double MAX_GROWTH = 1.05;

    // A director without connections keeps a small table, counters of servers and per-thread state.
    private static final long MAX_RETAINED = 8L * MIB;

    private final Clock clock = new Clock();
    private final DirectorStore store;
    private final List<SoakClient> clients = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final CollectorLog log = new CollectorLog();
    private final Map<String, String> report = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();
    private long longestNanos;
    private long longestControlNanos;

    private Soak(int connections) {
        store = DirectorStore.of(Lifecycle.TCP, connections, clock);
        long stepNanos = TimeUnit.SECONDS.toNanos(Lifecycle.TCP.seconds) / connections;
        SoakClient one = new SoakClient(store, clock, 0, connections / THREADS, 0);
        SoakClient two = new SoakClient(store, clock, 1, connections / THREADS, stepNanos * THREADS);
        one.keepInStepWith(two);
        two.keepInStepWith(one);
        clients.add(one);
        clients.add(two);
    }

    /** Runs the soak test and writes its report. */
    public static void main(String[] args) throws Exception {
        double minutes = Double.parseDouble(args[1]);
        int connections = Integer.parseInt(args[2]);
        Map<String, String> facts = Machine.facts();
        facts.put("Command", "lvs-benchmarks/run soak " + args[1]);
        facts.put("Load before", Machine.load());
        Soak soak = new Soak(connections);
        soak.run((long) (minutes * 60));
        facts.put("Load after", Machine.load());
        String page = soak.page(facts);
        Files.writeString(Files.createDirectories(Path.of(args[0])).resolve("soak.md"), page);
        System.out.println("\n" + page);
        System.exit(soak.failures.isEmpty() ? 0 : 1);
    }

    /** Runs for some seconds; returns the failures. */
    static List<String> run(int connections, long seconds) throws Exception {
        Soak soak = new Soak(connections);
        soak.run(seconds);
        return soak.failures;
    }

    private void run(long seconds) throws IOException, InterruptedException {
        long usedEmpty = CollectorLog.usedAfterCollection();
        clients.forEach(SoakClient::fill);
        long usedBefore = CollectorLog.usedAfterCollection();
        long filled = store.live();
        System.out.printf("%,d connections, %,d MiB in use%n", filled, usedBefore / MIB);
        log.take();
        long middle = Math.max(1, seconds / 2);
        churn(1, middle);
        long settled = operations();
        List<Long> collections = new ArrayList<>(log.take());
        long usedMidway = CollectorLog.usedAfterCollection();
        long midway = store.live();
        log.take();
        churn(middle + 1, seconds);
        collections.addAll(log.take());
        clients.forEach(SoakClient::checkAll);
        long live = clients.stream().mapToLong(SoakClient::live).sum();
        long counted = store.live();
        long listed = store.director().connections().size();
        // Connections that were reset in the last ten seconds are still counted and listed.
        long closing = counted - live;
        require(counted == listed, counted + " connections are counted on servers, " + listed + " are listed");
        require(closing >= 0, -closing + " connections are missing in the counts of the servers");
        long usedAfter = CollectorLog.usedAfterCollection();
        row("Connections opened and ended", "%,d", operations());
        row("Connections at the end", "%,d established, %,d closing", live, closing);
        row("Heap after collection, before", "%,d MiB, %d B a connection", usedBefore / MIB, usedBefore / filled);
        row("Heap after collection, half-way", "%,d MiB, %d B a connection", usedMidway / MIB, usedMidway / midway);
        row("Heap after collection, after", "%,d MiB, %d B a connection", usedAfter / MIB, usedAfter / counted);
        require(
                settled < (long) LIFETIMES_TO_SETTLE * filled || usedAfter <= usedMidway * MAX_GROWTH,
                "memory grew from " + usedMidway / MIB + " to " + usedAfter / MIB + " MiB in the second half");
        row("Longest hiccup", "%.1f ms", longestNanos / 1e6);
        row("Longest hiccup of the control", "%.1f ms", longestControlNanos / 1e6);
        row("Difference", "%.1f ms", (longestNanos - longestControlNanos) / 1e6);
        row(
                "Collections",
                "%d, %d ms in all, the longest %d ms",
                collections.size(),
                collections.stream().mapToLong(Long::longValue).sum(),
                collections.stream().mapToLong(Long::longValue).max().orElse(0));
        drain();
        long usedAtLast = CollectorLog.usedAfterCollection();
        row("Heap after all have ended", "%,d MiB, %,d MiB before the first", usedAtLast / MIB, usedEmpty / MIB);
        require(
                usedAtLast - usedEmpty <= MAX_RETAINED,
                "after all connections had ended, " + usedAtLast / MIB + " MiB were still in use");
        for (SoakClient client : clients) {
            require(client.failure().isEmpty(), client.failure());
        }
        row("Checks", "%s", failures.isEmpty() ? "all passed" : String.join("; ", failures));
    }

    private long operations() {
        return clients.stream().mapToLong(SoakClient::operations).sum();
    }

    /** Opens and ends connections, from the beginning of one second of the run to the end of another. */
    private void churn(long first, long last) throws IOException, InterruptedException {
        threads.clear();
        for (SoakClient client : clients) {
            client.resume();
            Thread thread = new Thread(client, "clients-" + threads.size());
            threads.add(thread);
            thread.start();
        }
        try (Hiccups hiccups = Hiccups.start();
                Hiccups.Control control = Hiccups.Control.start()) {
            control.takeLongestNanos();
            hiccups.takeLongestNanos();
            long operations = operations();
            for (long second = first; second <= last && threads.stream().allMatch(Thread::isAlive); second++) {
                Thread.sleep(PERIOD_MILLIS);
                quiesceNext(second);
                longestNanos = Math.max(longestNanos, hiccups.takeLongestNanos());
                longestControlNanos = Math.max(longestControlNanos, control.takeLongestNanos());
                if (second % PERIODS_PER_LINE == 0) {
                    long now = operations();
                    System.out.printf(
                            "%5d s: %,d connections a second, %,d counted, longest hiccup %.1f ms, control %.1f ms%n",
                            second,
                            (now - operations) / PERIODS_PER_LINE,
                            store.live(),
                            longestNanos / 1e6,
                            longestControlNanos / 1e6);
                    operations = now;
                }
            }
        } finally {
            clients.forEach(SoakClient::stop);
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    /** Sets the weight of the next server to 0 and that of its predecessor back to 1. */
    private void quiesceNext(long second) {
        Director director = store.director();
        ServiceSnapshot service = director.services().get(0);
        int size = service.servers().size();
        setWeight(director, service, (int) (second % size), 0);
        setWeight(director, service, (int) ((second + size - 1) % size), 1);
    }

    private static void setWeight(Director director, ServiceSnapshot service, int index, int weight) {
        RealServer server = service.servers().get(index).server();
        director.editServer(service.service().key(), server.withWeight(weight));
    }

    /** Advances the clock until every connection must have expired. */
    private void drain() {
        long before = store.live();
        for (int second = 0; second < 1000; second++) {
            clock.advance(TimeUnit.SECONDS.toNanos(1));
            store.director().advance();
        }
        require(store.live() == 0, "of " + before + " connections " + store.live() + " have not expired");
        int listed = store.director().connections().size();
        require(listed == 0, listed + " connections are listed after all have expired");
    }

    private void require(boolean condition, String failure) {
        if (!condition) {
            failures.add(failure);
        }
    }

    private void row(String name, String format, Object... values) {
        report.put(name, String.format(Locale.ROOT, format, values));
    }

    private String page(Map<String, String> facts) {
        StringBuilder page =
                new StringBuilder("# soak: connections opened and ended for a long time\n\n| | |\n|---|---|\n");
        facts.forEach((name, value) ->
                page.append("| ").append(name).append(" | ").append(value).append(" |\n"));
        page.append("\n## Result\n\n| | |\n|---|---|\n");
        report.forEach((name, value) ->
                page.append("| ").append(name).append(" | ").append(value).append(" |\n"));
        return page.toString();
    }
}
