package org.lvs4j.examples.webcluster.measure;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.lvs4j.examples.webcluster.cluster.Cluster;
import org.lvs4j.examples.webcluster.cluster.ClusterOptions;
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

/** Measures what keeps visitors on their server, and what it costs in balance. */
@Command(
        name = "affinity",
        description = {
            "Counts broken sessions, and the share of the busiest server, for visitors with an address each, behind one"
                    + " NAT address, and behind a farm of proxies, with the remedies for each.",
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:each case has shown what it should", "1:one has not", "2:wrong usage"})
public final class AffinityCommand implements Callable<Integer> {
    private static final int SERVERS = 4;
    private static final int VISITORS_AT_A_TIME = 24;
    private static final int VISITS = 6;
    private static final long WARM_UP_MILLIS = 2000;

    /** Visitors of different cases have different addresses, so that no case finds the templates of another one. */
    private static final int VISITORS_OF_A_CASE = 10_000;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How long each case takes (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(names = "--help", usageHelp = true, description = "Show this text and exit.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private boolean asExpected = true;

    @Override
    public Integer call() throws IOException, ConfigurationException, InterruptedException {
        if (seconds < 1) {
            throw new ParameterException(spec.commandLine(), "--seconds is at least 1");
        }
        System.out.println(SERVERS + " web servers; " + VISITORS_AT_A_TIME + " visitors at a time, " + VISITS
                + " visits each with new connections; " + seconds + " s a case");
        System.out.println(AffinityResult.header());
        run(false);
        run(true);
        System.out.println(asExpected ? "Each case has shown what it should." : "A case has not shown what it should.");
        return asExpected ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private void run(boolean databaseSessions) throws IOException, ConfigurationException, InterruptedException {
        ClusterOptions options = ClusterOptions.DEFAULT.withSessions(databaseSessions ? "database" : "memory");
        try (Cluster cluster = Cluster.start(options, SERVERS)) {
            Runtime.getRuntime().addShutdownHook(new Thread(cluster::close));
            warmUp(cluster);
            int first = 0;
            for (AffinityCase affinity : AffinityCase.all()) {
                if (affinity.databaseSessions() == databaseSessions) {
                    cluster.configure(affinity.change());
                    cluster.awaitServers();
                    AffinityResult result = measure(cluster, affinity, first);
                    System.out.println(result.row()
                            + (result.asExpected()
                                    ? ""
                                    : "   NOT AS EXPECTED " + result.met().problems()));
                    asExpected &= result.asExpected();
                    first += VISITORS_OF_A_CASE;
                }
            }
        }
    }

    /** The first pages of new JVMs are slow. These visitors have addresses that no others have. */
    private static void warmUp(Cluster cluster) throws InterruptedException {
        try (Crowd crowd = Crowd.start(
                cluster.site(),
                VISITORS_AT_A_TIME,
                VISITORS_OF_A_CASE * AffinityCase.all().size(),
                Behaviour.LOOKING.withVisits(VISITS).withPause(Duration.ofMillis(10)))) {
            Thread.sleep(WARM_UP_MILLIS);
            crowd.leave();
        }
    }

    private AffinityResult measure(Cluster cluster, AffinityCase affinity, int first) throws InterruptedException {
        Behaviour behaviour = Behaviour.LOOKING
                .withVisits(VISITS)
                .withPause(Duration.ofMillis(10))
                .from(affinity.addresses());
        try (Crowd crowd = Crowd.start(cluster.site(), VISITORS_AT_A_TIME, first, behaviour)) {
            Thread.sleep(Duration.ofSeconds(seconds).toMillis());
            Tally met = crowd.leave();
            return AffinityResult.of(affinity, crowd.next() - first, met, SERVERS);
        }
    }
}
