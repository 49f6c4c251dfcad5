package org.lvs4j.examples.standalone;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.config.RuleCommand;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.RuleParser;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.ServiceKey;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command lines of {@code lvsadm drain} and {@code lvsadm end}. */
final class DrainArguments {
    private DrainArguments() {}

    /** A server, in one service or in all. */
    static class Target {
        @Parameters(
                arity = "0..1",
                paramLabel = "SERVER",
                description = "The real server, ADDRESS[:PORT]; without a port, every port of the address.")
        @Nullable
        String server;

        @Option(names = "-t", paramLabel = "SERVICE", description = "Only in this TCP service.")
        private @Nullable String tcp;

        @Option(names = "-u", paramLabel = "SERVICE", description = "Only in this UDP service.")
        private @Nullable String udp;

        @Option(names = "--sctp-service", paramLabel = "SERVICE", description = "Only in this SCTP service.")
        private @Nullable String sctp;

        @Option(names = "-f", paramLabel = "MARK", description = "Only in the service of this firewall mark.")
        private @Nullable String mark;

        @Option(names = "-6", description = "The firewall mark is that of a service of IPv6.")
        private boolean ipv6;

        /** Whether only one service is meant. */
        boolean inOneService() {
            return tcp != null || udp != null || sctp != null || mark != null;
        }

        /**
         * The server, and the service if only one is meant.
         *
         * @throws RuleException if one of them is malformed
         */
        Place place() throws RuleException {
            String text = server;
            if (text == null) {
                throw new IllegalArgumentException("a SERVER is missing, such as 10.0.0.11:80");
            }
            List<String> rule = new ArrayList<>(List.of("-d"));
            add(rule, "-t", tcp);
            add(rule, "-u", udp);
            add(rule, "--sctp-service", sctp);
            add(rule, "-f", mark);
            // A rule about every service does not exist: a service of a mark leaves the port of the server as it is.
            add(rule, "-f", inOneService() ? null : "1");
            if (ipv6 || !inOneService() && text.indexOf(':') != text.lastIndexOf(':')) {
                rule.add("-6");
            }
            add(rule, "-r", text);
            RuleCommand.DeleteServer parsed = (RuleCommand.DeleteServer) RuleParser.parse(rule);
            return new Place(inOneService() ? parsed.key() : null, parsed.server());
        }

        private static void add(List<String> rule, String option, @Nullable String value) {
            if (value != null) {
                rule.add(option);
                rule.add(value);
            }
        }
    }

    /**
     * A server.
     *
     * @param service the service, or null for every one
     * @param server the server; with port 0 for every port of the address if the service is null
     */
    record Place(@Nullable ServiceKey service, Endpoint server) {
        boolean contains(ServiceKey key, Endpoint endpoint) {
            return (service == null || service.equals(key))
                    && (endpoint.equals(server)
                            || service == null
                                    && server.port() == 0
                                    && endpoint.address().equals(server.address()));
        }

        @Override
        public String toString() {
            String name = server.port() == 0 ? server.address().toString() : server.toString();
            return service == null ? name : name + " in " + service;
        }
    }

    /** {@code lvsadm drain}. */
    @Command(
            name = "lvsadm drain",
            description =
                    "Drains a real server: it gets no new connections, idle ones are closed, and those that are left"
                            + " at the deadline are ended one after another. It keeps weight 0 until --abort.",
            sortOptions = false)
    static final class OfDrain extends Target {
        /** Shows the state of the drain of a server; the exit code tells whether it is over. */
        static final String PROGRESS = "--progress";

        /** Waits until the drain is over. */
        static final String WAIT = "--wait";

        @Option(
                names = "--deadline",
                paramLabel = "TIME",
                description =
                        "The time after which no connection is left (default: ${DEFAULT-VALUE}). A further drain of"
                                + " the server replaces it.",
                defaultValue = "5m")
        Duration deadline;

        @Option(
                names = "--pacing",
                paramLabel = "TIME",
                description = "The last part of that time, over which the connections that are left are ended (default:"
                        + " a tenth of it).")
        @Nullable
        Duration pacing;

        @Option(names = WAIT, description = "Waits, and prints a line at each change, until the server is drained.")
        boolean wait;

        @Option(names = "--abort", description = "Gives the server its weight again, during the drain or after it.")
        boolean abort;

        @Option(names = "--list", description = "Lists the servers that are drained.")
        boolean list;

        @Option(names = PROGRESS, hidden = true)
        boolean progress;

        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "This text.")
        boolean help;
    }

    /** {@code lvsadm end}. */
    @Command(
            name = "lvsadm end",
            description = "Ends the connections that a real server has now. The server keeps its weight: set it to 0"
                    + " first, or drain the server, to keep clients away.",
            sortOptions = false)
    static final class OfEnd extends Target {
        @Option(
                names = "--over",
                paramLabel = "TIME",
                description = "The time over which they are ended evenly (default: ${DEFAULT-VALUE}, all at once).",
                defaultValue = "0s")
        Duration over;

        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "This text.")
        boolean help;
    }

    /** A parser that fills the object of one of the commands. */
    static CommandLine parser(Target command) {
        return new CommandLine(command)
                .registerConverter(Duration.class, new DurationConverter())
                .setExpandAtFiles(false)
                .setUsageHelpWidth(110);
    }
}
