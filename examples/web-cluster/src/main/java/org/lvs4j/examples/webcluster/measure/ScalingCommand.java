package org.lvs4j.examples.webcluster.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.lvs4j.examples.webcluster.cluster.Cluster;
import org.lvs4j.examples.webcluster.cluster.ClusterOptions;
import org.lvs4j.examples.webcluster.director.ClusterConfiguration;
import org.lvs4j.examples.webcluster.director.ConfigurationException;
import org.lvs4j.examples.webcluster.visitors.Crowd;
import org.lvs4j.examples.webcluster.visitors.Crowd.Behaviour;
import org.lvs4j.examples.webcluster.visitors.Tally;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the throughput with one web server, two, and so on, each limited to the same rate. */
@Command(
        name = "scaling",
        description = {
            "Measures the pages a second of one web server, two, and so on. Each server is limited to a fixed rate, so that"
                    + " on a small machine, too, the servers are the limit and not the processor.",
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:each server has added at least 80 % of its rate",
            "1:one has not, or something could not start",
            "2:wrong usage"
        })
public final class ScalingCommand implements Callable<Integer> {
    private static final int SERVERS = 4;
    private static final int VISITORS = 48;
    private static final int VISITORS_OF_A_POINT = 20_000;
    private static final long WARM_UP_MILLIS = 1500;
    private static final double ENOUGH = 0.8;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "50",
            description = "The pages a second that each web server answers at most (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How long each number of servers is measured (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(names = "--svg", paramLabel = "FILE", description = "Draws the result into this file.")
    private @Nullable Path svg;

    @Option(names = "--help", usageHelp = true, description = "Show this text and exit.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, ConfigurationException, InterruptedException {
        if (rate < 1 || seconds < 1) {
            throw new ParameterException(spec.commandLine(), "--rate and --seconds are at least 1");
        }
        List<ScalingChart.Point> points = new ArrayList<>();
        boolean enough = true;
        try (Cluster cluster = Cluster.start(ClusterOptions.DEFAULT.withRate(rate), SERVERS)) {
            Runtime.getRuntime().addShutdownHook(new Thread(cluster::close));
            List<ClusterConfiguration.Server> all = cluster.configuration().servers();
            System.out.println(VISITORS + " visitors at a time; each web server answers at most " + rate + " pages/s");
            for (int size = 1; size <= SERVERS; size++) {
                List<ClusterConfiguration.Server> used = all.subList(0, size);
                cluster.configure(present -> present.withServers(used));
                double pages = measure(cluster, size * VISITORS_OF_A_POINT);
                points.add(new ScalingChart.Point(size, pages));
                enough &= pages >= ENOUGH * size * rate;
                System.out.println(String.format(
                        Locale.ROOT,
                        "  %d web server%s %6.1f pages/s  %4.2f x  %s",
                        size,
                        size == 1 ? " " : "s",
                        pages,
                        pages / points.get(0).pagesPerSecond(),
                        "#".repeat((int) Math.round(10 * pages / rate))));
            }
        }
        if (svg != null) {
            Files.writeString(svg, ScalingChart.svg(points, rate));
            System.out.println("drawn into " + svg);
        }
        return enough ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private double measure(Cluster cluster, int first) throws InterruptedException {
        cluster.awaitServers();
        Behaviour behaviour = Behaviour.LOOKING.withVisits(1).withPause(Duration.ZERO);
        try (Crowd crowd = Crowd.start(cluster.site(), VISITORS, first, behaviour)) {
            Thread.sleep(WARM_UP_MILLIS);
            cluster.awaitServers();
            Tally before = crowd.tally();
            long start = System.nanoTime();
            Thread.sleep(Duration.ofSeconds(seconds).toMillis());
            return crowd.tally().since(before).pages() * 1e9 / (System.nanoTime() - start);
        }
    }
}
