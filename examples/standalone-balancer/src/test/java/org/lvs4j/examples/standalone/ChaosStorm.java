package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Load, administration and faults of the chaos test together, and the calm after them. */
final class ChaosStorm {
    private static final int CLIENTS = 16;
    private static final int DATAGRAM_CLIENTS = 2;
    private static final int MOST_WARNINGS = 50;
    private static final int CONNECTIONS_IN_CALM = 5;
    private static final long FIRST_ID_IN_CALM = 1L << 40;
    private static final double ANSWER_LIMIT_SECONDS = 1;

    /** The load of the test itself. With more of it the machine has other work, and each answer takes longer. */
    private static final double OWN_LOAD_PER_PROCESSOR = 2;

    private static final Duration CALM_LIMIT = Duration.ofSeconds(90);

    /** A closed connection stays listed for 120 seconds, as in IPVS. */
    private static final Duration LINGER_LIMIT = Duration.ofSeconds(150);

    private static final Pattern SERVER_LINE = Pattern.compile("  -> \\S+ +Masq +\\d+ +(\\d+) +(\\d+)");

    private final Daemon lvsd;
    private final ChaosRules rules;
    private final ChaosClients clients;
    private final ChaosDatagrams datagrams;
    private final ChaosAdministration administration;
    private final ChaosFaults faults;
    private final SplittableRandom random;
    private final List<String> violations = new ArrayList<>();
    private long nextInCalm = FIRST_ID_IN_CALM;
    private double answerLimit = ANSWER_LIMIT_SECONDS;

    ChaosStorm(
            long seed,
            Daemon lvsd,
            ChaosRules rules,
            ChaosClients clients,
            ChaosDatagrams datagrams,
            ChaosAdministration administration,
            ChaosFaults faults) {
        random = new SplittableRandom(seed);
        this.lvsd = lvsd;
        this.rules = rules;
        this.clients = clients;
        this.datagrams = datagrams;
        this.administration = administration;
        this.faults = faults;
    }

    /** What the process holds while it has nothing to do. */
    record Held(long descriptors, long heapBytes, long residentBytes) {}

    /** Everything at the same time. */
    void blow(long millis) throws InterruptedException {
        administration.forgetTimes();
        // Flows of UDP come and go, and do not fill their ceiling.
        administration.run("", "--set", "0", "0", "2");
        clients.start(CLIENTS);
        datagrams.start(DATAGRAM_CLIENTS);
        administration.start(random.split());
        faults.start(random.split());
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() < end && lvsd.isAlive()) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        answerLimit = ANSWER_LIMIT_SECONDS * Math.max(1, loadPerProcessor() / OWN_LOAD_PER_PROCESSOR);
        faults.stop();
        await("the last faults to end", CALM_LIMIT, faults::ended);
        administration.stop();
        clients.stop();
        datagrams.stop();
        await("the last commands to end", CALM_LIMIT, administration::ended);
        await("the last datagrams", CALM_LIMIT, datagrams::ended);
        await("the last connections to end", CALM_LIMIT, clients::ended);
    }

    /** The threads that are running or waiting for a processor, in the mean of the last minute. */
    private static double loadPerProcessor() {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        return system.getSystemLoadAverage() / system.getAvailableProcessors();
    }

    /**
     * Checks that everything works again and nothing is left.
     *
     * @param untilExpired whether to wait until closed connections are listed no more
     */
    Held calm(boolean untilExpired) throws IOException, InterruptedException {
        // A reload that was requested last may still come.
        await("the first rules", CALM_LIMIT, () -> {
            administration.run(rules.base(), "--replace");
            return administration.run("", "-S", "-n").output().lines().count()
                    == rules.base().lines().count();
        });
        for (int i = 0; i < CONNECTIONS_IN_CALM; i++) {
            ChaosTraffic.Kind kind = clients.kind(++nextInCalm);
            if (kind.complete() && !clients.converse(nextInCalm)) {
                violations.add("connection " + nextInCalm + " has failed without a fault");
            }
        }
        datagrams.resume();
        if (datagrams.converse(CONNECTIONS_IN_CALM) == 0) {
            violations.add("no datagram is answered without a fault");
        }
        datagrams.stop();
        await("no active connection and no UDP flow", CALM_LIMIT, () -> count("TCP", 1) + count("UDP", 2) == 0);
        if (untilExpired) {
            await("no inactive connection", LINGER_LIMIT, () -> count("TCP", 2) == 0);
        }
        return held();
    }

    /** The sum of a column of the listing: 1 for active connections, 2 for inactive ones and flows of UDP. */
    private long count(String protocol, int column) {
        long sum = 0;
        boolean counted = false;
        for (String line : administration.run("", "-L", "-n").output().lines().toList()) {
            Matcher server = SERVER_LINE.matcher(line);
            if (server.lookingAt()) {
                sum += counted ? Long.parseLong(server.group(column)) : 0;
            } else {
                counted = line.startsWith(protocol);
            }
        }
        return sum;
    }

    /**
     * Descriptors: the fewest of some seconds, because this test and the daemon close connections in the background.
     */
    private Held held() throws IOException, InterruptedException {
        // The first collection opens a socket for such commands.
        long heap = lvsd.heapBytes();
        long descriptors = Long.MAX_VALUE;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        while (System.nanoTime() < end) {
            descriptors = Math.min(descriptors, lvsd.descriptors());
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return new Held(descriptors, heap, lvsd.residentBytes());
    }

    private void await(String what, Duration limit, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(lvsd.isAlive()).as("%s%n%s", what, lastLines()).isTrue();
            assertThat(System.nanoTime())
                    .as("waiting for %s; %s", what, lastLines())
                    .isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private String lastLines() {
        List<String> lines = lvsd.lines();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }

    List<String> violations(Disturbances disturbances) {
        List<String> all = new ArrayList<>(violations);
        all.addAll(administration.violations());
        all.addAll(faults.violations());
        all.addAll(datagrams.violations());
        if (seconds(administration.answeredWithin(0.99)) > answerLimit
                || seconds(administration.answeredWithin(1)) > answerLimit + 2 * seconds(disturbances.longestStall())) {
            all.add("lvsadm: " + administration.summary() + "; expected " + answerLimit + " s");
        }
        for (String line : lvsd.lines()) {
            if (line.contains("Exception") || line.startsWith("\tat ") || line.contains("unexpectedly")) {
                all.add("log: " + line);
            }
        }
        return all;
    }

    /** What the daemon has complained about, except about files, to explain a violation. */
    List<String> warnings() {
        return lvsd.lines().stream()
                .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
                .filter(line -> !line.contains("SIGHUP") && !line.contains(".rules"))
                .limit(MOST_WARNINGS)
                .toList();
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    String report(String title, Disturbances disturbances, Held before, Held after) {
        return title + ": " + clients.summary() + "; " + datagrams.summary() + "; " + administration.summary() + "; "
                + faults.summary() + "; longest stall of the machine "
                + disturbances.longestStall().toMillis() + " ms; before " + before + ", after " + after;
    }
}
