package org.lvs4j.examples.webcluster;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.lvs4j.admin.AdminException;
import org.lvs4j.examples.webcluster.cluster.Cluster;
import org.lvs4j.examples.webcluster.cluster.ClusterOptions;
import org.lvs4j.examples.webcluster.director.ConfigurationException;
import org.lvs4j.examples.webcluster.director.ConfigurationFormat;
import org.lvs4j.examples.webcluster.director.DirectorCommand;
import org.lvs4j.examples.webcluster.measure.AffinityCommand;
import org.lvs4j.examples.webcluster.measure.ScalingCommand;
import org.lvs4j.examples.webcluster.process.Failures;
import org.lvs4j.examples.webcluster.storage.StorageCommand;
import org.lvs4j.examples.webcluster.story.Story;
import org.lvs4j.examples.webcluster.story.Terminal;
import org.lvs4j.examples.webcluster.web.CertificateCommand;
import org.lvs4j.examples.webcluster.web.WebCommand;
import org.lvs4j.netty.RelayException;
import org.lvs4j.netty.health.HealthMonitorException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line: the whole cluster on this machine, or one of its tiers. */
@Command(
        name = "web-cluster",
        description = {
            "A web site with three tiers behind a Linux Virtual Server, all on this machine: a director, web servers,"
                    + " shared storage. Without a command it starts all of it, shows in steps what happens under"
                    + " load, maintenance and failure, and then serves until Ctrl-C."
        },
        subcommands = {
            DirectorCommand.class,
            WebCommand.class,
            StorageCommand.class,
            CertificateCommand.class,
            AffinityCommand.class,
            ScalingCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every check has passed",
            "1:a check has failed, or something could not start",
            "2:wrong usage"
        })
public final class WebCluster implements Callable<Integer> {
    private static final int FIRST_SERVERS = 2;
    private static final int MAX_PORT = 65_535;

    @Option(names = "--once", description = "Exit after the last step, with exit code 0 only if every check passed.")
    private boolean once;

    @Option(names = "--serve", description = "Leave the steps out: start the cluster and serve.")
    private boolean serve;

    @Option(
            names = "--config",
            paramLabel = "rules|keepalived",
            defaultValue = "rules",
            description = "The language of the configuration that the director runs (default: ${DEFAULT-VALUE}).")
    private String config;

    @Option(
            names = "--kind",
            paramLabel = "jvm|nginx",
            defaultValue = "jvm",
            description = "The web servers: JVMs, or nginx in front of each (default: ${DEFAULT-VALUE}).")
    private String kind;

    @Option(
            names = "--database",
            paramLabel = "JDBC-URL",
            description = "A database that runs already, such as jdbc:postgresql://db.example/shop, with the user and"
                    + " password of the environment's DATABASE_USER and DATABASE_PASSWORD (default: one is started).")
    private @Nullable String database;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "Where files, database and configuration are kept (default: a temporary directory).")
    private @Nullable Path directory;

    @Option(
            names = "--http",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "The port of HTTP (default: a free one).")
    private int http;

    @Option(
            names = "--https",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "The port of HTTPS (default: a free one).")
    private int https;

    @Option(
            names = "--admin",
            paramLabel = "ADDRESS:PORT",
            defaultValue = "127.0.0.1:0",
            description = "Where the dashboard is served (default: a free port of 127.0.0.1).")
    private String admin;

    @Option(names = "--help", usageHelp = true, description = "Show this text and exit.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private WebCluster() {}

    static CommandLine commandLine() {
        return new CommandLine(new WebCluster());
    }

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        ClusterOptions options = options();
        Terminal terminal = terminal();
        try (Cluster cluster = Cluster.start(options, FIRST_SERVERS)) {
            stopOnSignal(cluster, terminal);
            return show(cluster, terminal) ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        } catch (IOException
                | ConfigurationException
                | RelayException
                | HealthMonitorException
                | AdminException
                | IllegalArgumentException e) {
            if (!terminal.muted()) {
                System.err.println("web-cluster: " + Failures.message(e));
            }
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private ClusterOptions options() {
        requirePort("--http", http);
        requirePort("--https", https);
        if (http != 0 && http == https) {
            throw new ParameterException(spec.commandLine(), "--http and --https are the same port, " + http);
        }
        requireOneOf("--config", config, "rules", "keepalived");
        requireOneOf("--kind", kind, "jvm", "nginx");
        if (once && serve) {
            throw new ParameterException(spec.commandLine(), "--once and --serve exclude each other");
        }
        return new ClusterOptions(
                ConfigurationFormat.valueOf(config.toUpperCase(Locale.ROOT)),
                directory,
                http,
                https,
                admin,
                database,
                kind,
                "memory",
                0);
    }

    private static void stopOnSignal(Cluster cluster, Terminal terminal) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            terminal.mute();
            cluster.close();
        }));
    }

    private boolean show(Cluster cluster, Terminal terminal)
            throws IOException, ConfigurationException, InterruptedException {
        Story story = new Story(cluster, terminal);
        boolean passed = true;
        if (serve) {
            story.introduce();
        } else {
            passed = story.run();
            terminal.print("");
            terminal.print(passed ? "@|bold,green All checks passed.|@" : "@|bold,red A check has failed.|@");
        }
        if (!once) {
            terminal.print(List.of(
                    "",
                    "The shop        @|bold " + cluster.url(true) + "|@ (your browser does not know its certificate)",
                    "The dashboard   @|bold " + cluster.dashboard() + "|@",
                    "its token       " + cluster.token(),
                    "The files       " + cluster.files(),
                    "Ctrl-C stops the cluster.",
                    ""));
            story.goOn();
        }
        return passed;
    }

    private void requirePort(String option, int value) {
        if (value < 0 || value > MAX_PORT) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Invalid value for option '" + option + "': " + value + " is outside 0.." + MAX_PORT);
        }
    }

    private void requireOneOf(String option, String value, String... allowed) {
        if (!List.of(allowed).contains(value)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Invalid value for option '" + option + "': expected " + String.join(" or ", allowed) + ", not '"
                            + value + "'");
        }
    }

    private static Terminal terminal() {
        // JDK 17 has no stdout.encoding: it prints in the default charset, or in that of the terminal if
        // sun.stdout.encoding is set.
        String name = System.getProperty("stdout.encoding", System.getProperty("sun.stdout.encoding"));
        Charset charset = name == null ? Charset.defaultCharset() : Charset.forName(name);
        boolean dumb = "dumb".equals(System.getenv("TERM"));
        return new Terminal(
                new PrintStream(System.out, false, charset),
                charset,
                dumb ? Ansi.OFF : Ansi.valueOf(Ansi.AUTO.enabled()));
    }
}
