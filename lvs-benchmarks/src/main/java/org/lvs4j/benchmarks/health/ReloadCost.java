package org.lvs4j.benchmarks.health;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.config.keepalived.KeepalivedConfiguration;
import org.lvs4j.config.keepalived.KeepalivedException;
import org.lvs4j.config.keepalived.KeepalivedFile;
import org.lvs4j.config.keepalived.KeepalivedOptions;
import org.lvs4j.netty.health.HealthMonitor;

/**
 * What a reload costs: 5,000 services with 5 servers each, which are all in the director's table and whose checks are not
 * due. Prints the least, median and longest time of each step, in milliseconds of the wall clock.
 */
public final class ReloadCost {
    private static final int SERVICES = 5_000;
    private static final int SERVERS = 5;
    private static final int ROUNDS = 10;

    /** What is measured; its result is not used. */
    @FunctionalInterface
    private interface Step {
        void run() throws KeepalivedException;
    }

    private ReloadCost() {}

    /** Measures. */
    public static void run() throws KeepalivedException {
        byte[] text = file(SERVICES, 1, 60);
        KeepalivedConfiguration base = parse(text);
        KeepalivedConfiguration oneWeight = parse(new String(text, StandardCharsets.UTF_8)
                .replaceFirst("weight 1", "weight 2")
                .getBytes(StandardCharsets.UTF_8));
        KeepalivedConfiguration allWeights = parse(file(SERVICES, 2, 60));
        KeepalivedConfiguration allChecks = parse(file(SERVICES, 1, 30));
        KeepalivedConfiguration fewer = parse(file(SERVICES - 100, 1, 60));
        System.out.printf(Locale.ROOT, "%-34s %8s %8s %8s%n", "step", "least", "median", "longest");
        report("parse", () -> parse(text));
        report("table of a start", base::startTable);
        KeepalivedConfiguration same = parse(text);
        DirectorConfiguration table = base.startTable();
        report("acceptance by another director", () -> {
            Director trial = Director.create();
            trial.apply(table);
        });
        Director director = Director.create();
        report("snapshot and comparison", () -> director.configuration().changesTo(director.configuration()));
        report("list of changes: none", () -> base.health().changesTo(same.health()));
        report("list of changes: all weights", () -> base.health().changesTo(allWeights.health()));
        try (HealthMonitor monitor =
                HealthMonitor.builder(director).configuration(base.health()).start()) {
            reload("reload: nothing", monitor, base, same);
            reload("reload: one weight", monitor, base, oneWeight);
            reload("reload: every weight", monitor, base, allWeights);
            reload("reload: every check", monitor, base, allChecks);
            reload("reload: 100 services go, come", monitor, base, fewer);
            report("snapshot and comparison", () -> director.configuration().changesTo(director.configuration()));
        }
    }

    private static void reload(
            String step, HealthMonitor monitor, KeepalivedConfiguration one, KeepalivedConfiguration other)
            throws KeepalivedException {
        KeepalivedConfiguration[] next = {other, one};
        int[] round = {0};
        report(step, () -> {
            monitor.reload(next[round[0]++ % 2].health());
        });
    }

    private static void report(String step, Step task) throws KeepalivedException {
        double[] millis = new double[ROUNDS];
        for (int i = 0; i < 2 * ROUNDS; i++) {
            long start = System.nanoTime();
            task.run();
            millis[i % ROUNDS] = (System.nanoTime() - start) / (double) TimeUnit.MILLISECONDS.toNanos(1);
        }
        Arrays.sort(millis);
        System.out.printf(
                Locale.ROOT, "%-34s %8.1f %8.1f %8.1f%n", step, millis[0], millis[ROUNDS / 2], millis[ROUNDS - 1]);
    }

    private static KeepalivedConfiguration parse(byte[] text) throws KeepalivedException {
        return KeepalivedFile.parse("lb.conf", "", text, KeepalivedOptions.DEFAULT);
    }

    private static byte[] file(int services, int weight, int interval) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < services; i++) {
            text.append("virtual_server 10.0.")
                    .append(i / 250)
                    .append('.')
                    .append(i % 250)
                    .append(" 80 {\n    delay_loop ")
                    .append(interval)
                    .append("\n    warmup 3600\n    lvs_sched wrr\n    lvs_method NAT\n    protocol TCP\n");
            for (int j = 1; j <= SERVERS; j++) {
                text.append("    real_server 10.")
                        .append(j)
                        .append('.')
                        .append(i / 250)
                        .append('.')
                        .append(i % 250)
                        .append(" 80 {\n        weight ")
                        .append(weight)
                        .append("\n        TCP_CHECK {\n            connect_timeout 3\n        }\n    }\n");
            }
            text.append("}\n");
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
