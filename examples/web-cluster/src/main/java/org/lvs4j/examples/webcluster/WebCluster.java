package org.lvs4j.examples.webcluster;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.List;
import java.util.concurrent.Callable;
import org.lvs4j.admin.AdminException;
import org.lvs4j.netty.RelayException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command: starts the cluster, demonstrates its behaviour, and keeps serving. */
@Command(
        name = "run",
        sortOptions = false,
        description = {
            "A three-tier web cluster on this machine: a director, web servers, and their shared storage.",
            "",
            "Starts all processes on free ports of 127.0.0.1, sends requests through the director, shows which server"
                    + " answered them, stops and restarts one web server, then serves until Ctrl-C.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every check passed",
            "1:a check failed, or a process could not be started",
            "2:the command line is invalid"
        })
final class WebCluster implements Callable<Integer> {
    private static final int MIN_SERVERS = 2;
    private static final int MAX_SERVERS = 16;
    private static final int MAX_PORT = 65_535;

    @Option(names = "--once", description = "Exit after the demonstration.")
    private boolean once;

    @Option(
            names = "--servers",
            paramLabel = "N",
            defaultValue = "3",
            description = "The number of web servers, 2 to 16 (default: 3). The first has weight N, the last weight 1.")
    private int servers;

    @Option(
            names = "--port",
            paramLabel = "P",
            defaultValue = "0",
            description = "The port of the virtual address (default: a free one).")
    private int port;

    @Option(
            names = "--admin",
            paramLabel = "ADDRESS:PORT",
            defaultValue = "127.0.0.1:0",
            description = "Where metrics and the JSON API are served (default: a free port of 127.0.0.1).")
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
        requireRange("--servers", servers, MIN_SERVERS, MAX_SERVERS);
        requireRange("--port", port, 0, MAX_PORT);
        Terminal terminal = terminal();
        try (Cluster cluster = Cluster.start(servers, port, admin)) {
            stopOnSignal(cluster, terminal);
            return show(cluster, terminal) ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        } catch (IOException | HttpException | RelayException | AdminException e) {
            if (!terminal.muted()) {
                System.err.println("web-cluster: " + e.getMessage());
            }
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private static void stopOnSignal(Cluster cluster, Terminal terminal) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            terminal.mute();
            cluster.close();
        }));
    }

    private boolean show(Cluster cluster, Terminal terminal) throws IOException, InterruptedException, HttpException {
        Demonstration demonstration = new Demonstration(cluster, terminal);
        boolean passed = demonstration.run();
        terminal.print("");
        terminal.print(passed ? "@|bold,green All checks passed.|@" : "@|bold,red A check has failed.|@");
        if (!once) {
            cluster.resetCounters();
            terminal.print(List.of(
                    "",
                    "Open @|bold http://" + cluster.address() + "/|@ in a browser. Ctrl-C stops the cluster.",
                    "Metrics are at @|bold " + cluster.adminAddress()
                            + "/metrics|@. Change a weight, and see the shares" + " change:"));
            terminal.print(cluster.adminCommand());
            terminal.print("");
            demonstration.keepShowing();
        }
        return passed;
    }

    private void requireRange(String option, int value, int low, int high) {
        if (value < low || value > high) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Invalid value for option '" + option + "': " + value + " is outside " + low + ".." + high);
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
