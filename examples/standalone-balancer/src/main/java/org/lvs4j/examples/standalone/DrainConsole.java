package org.lvs4j.examples.standalone;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.lvs4j.Drain;
import org.lvs4j.DrainOptions;
import org.lvs4j.DrainProgress;
import org.lvs4j.config.RuleException;
import org.lvs4j.examples.standalone.DrainArguments.OfDrain;
import org.lvs4j.examples.standalone.DrainArguments.OfEnd;
import org.lvs4j.examples.standalone.DrainArguments.Place;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/**
 * Executes {@code lvsadm drain} and {@code lvsadm end}, which are not commands of {@code ipvsadm}. Thread-safe.
 *
 * <p>The tool waits, not the daemon: it asks for the progress again and again.
 */
final class DrainConsole {
    static final String DRAIN = "drain";
    static final String END = "end";

    /** The exit code of a progress that is not over. */
    static final int IN_PROGRESS = 75;

    private static final Logger LOG = LoggerFactory.getLogger(DrainConsole.class);
    private static final String ROW = "%-4s %-21s %-21s %-8s %10s %10s %7s %7s %7s %7s%n";

    private final Balancer balancer;

    DrainConsole(Balancer balancer) {
        this.balancer = balancer;
    }

    /** Whether a command line is one of these commands. */
    static boolean accepts(List<String> arguments) {
        return !arguments.isEmpty()
                && (arguments.get(0).equals(DRAIN) || arguments.get(0).equals(END));
    }

    static ControlCommands.Kind kind(List<String> arguments) {
        boolean reads = arguments.contains("--list")
                || arguments.contains(OfDrain.PROGRESS)
                || arguments.contains("-h")
                || arguments.contains("--help");
        return reads ? ControlCommands.Kind.LISTING : ControlCommands.Kind.CHANGE;
    }

    /**
     * Executes a command.
     *
     * @throws RuleException if a service or server is malformed
     */
    Answer run(List<String> arguments) throws RuleException {
        boolean drains = arguments.get(0).equals(DRAIN);
        OfDrain drain = new OfDrain();
        OfEnd end = new OfEnd();
        CommandLine parser = DrainArguments.parser(drains ? drain : end);
        try {
            parser.parseArgs(arguments.subList(1, arguments.size()).toArray(String[]::new));
            return drains ? run(drain) : run(end);
        } catch (CommandLine.ParameterException | IllegalArgumentException e) {
            return Answer.error(
                    Answer.USAGE,
                    parser.getCommandName() + ": " + e.getMessage() + "\nTry '" + parser.getCommandName()
                            + " --help' for more information.");
        }
    }

    private Answer run(OfDrain command) throws RuleException {
        if (command.list) {
            return Answer.ok(list());
        }
        Place place = command.place();
        if (command.progress) {
            return progress(place);
        }
        if (command.abort) {
            int aborted = balancer.abortDrains(place);
            if (aborted == 0) {
                return Answer.error(Console.REFUSED, "no drain of " + place + " to abort");
            }
            LOG.info("lvsadm drain --abort {}: {}", place, Count.of(aborted, "service"));
            return Answer.ok("");
        }
        DrainOptions options = DrainOptions.within(command.deadline);
        if (command.pacing != null) {
            if (command.pacing.compareTo(command.deadline) > 0) {
                throw new IllegalArgumentException(
                        "--pacing " + print(command.pacing) + " is longer than --deadline " + print(command.deadline));
            }
            options = options.withPacing(command.pacing);
        }
        List<Drain> drains = balancer.drain(place, options);
        LOG.info(
                "lvsadm drain {}: {}, deadline {}",
                place,
                Count.of(drains.size(), "service"),
                print(options.deadline()));
        StringBuilder text = new StringBuilder();
        drains.forEach(drain -> text.append(line(drain)));
        return Answer.ok(text.toString());
    }

    private Answer run(OfEnd command) throws RuleException {
        Place place = command.place();
        int ended = balancer.endConnections(place, command.over);
        if (ended < 0) {
            return Answer.error(Console.REFUSED, "no service has a server " + place);
        }
        LOG.info("lvsadm end {}: {} over {}", place, Count.of(ended, "connection"), print(command.over));
        return Answer.ok(Count.of(ended, "connection") + "\n");
    }

    /** The drains of a server, one a line, and whether all are over. */
    private Answer progress(Place place) {
        StringBuilder text = new StringBuilder();
        boolean over = true;
        boolean found = false;
        for (Drain drain : balancer.director().drains()) {
            if (place.contains(drain.service(), drain.server())) {
                found = true;
                over &= drain.progress().phase().over();
                text.append(line(drain));
            }
        }
        return found
                ? new Answer(over ? Answer.OK : IN_PROGRESS, text.toString(), "")
                : Answer.error(Answer.FAILURE, "the drain of " + place + " was aborted, or the server is gone");
    }

    /** What changes with the connections only, not with the time. */
    private static String line(Drain drain) {
        DrainProgress now = drain.progress();
        String state = drain.server() + " in " + drain.service() + ": "
                + now.phase().name().toLowerCase(Locale.ROOT);
        return now.phase() == Drain.Phase.DRAINED
                ? state + ", " + count(now.ended(), "connection was", "connections were") + " ended\n"
                : state + ", " + now.active() + " active and "
                        + count(now.inactive(), "inactive connection", "inactive connections") + ", "
                        + count(now.persistent(), "persistent client", "persistent clients") + " left\n";
    }

    private static String count(long number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }

    private String list() {
        StringBuilder text = new StringBuilder(String.format(
                ROW,
                "Prot",
                "Service",
                "Server",
                "Phase",
                "ActiveConn",
                "InActConn",
                "Persist",
                "Oldest",
                "Left",
                "Ended"));
        for (Drain drain : balancer.director().drains()) {
            DrainProgress now = drain.progress();
            String[] service = drain.service().toString().split(" ", 2);
            text.append(String.format(
                    ROW,
                    service[0],
                    service.length == 1 ? "" : service[1],
                    drain.server(),
                    now.phase().name().toLowerCase(Locale.ROOT),
                    now.active(),
                    now.inactive(),
                    now.persistent(),
                    now.oldest().toSeconds() + "s",
                    now.left().toSeconds() + "s",
                    now.ended()));
        }
        return text.toString();
    }

    private static String print(Duration duration) {
        return DurationConverter.print(duration);
    }
}
