package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.lvs4j.DirectorException;
import org.lvs4j.config.Listing;
import org.lvs4j.config.RuleCommand;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.RuleParser;
import org.lvs4j.config.Rules;
import org.lvs4j.examples.standalone.json.DaemonSnapshot;
import org.lvs4j.examples.standalone.json.JsonListing;
import org.lvs4j.examples.standalone.top.LvsdClient;
import org.lvs4j.examples.standalone.top.TopCommand;
import org.lvs4j.netty.RelayException;
import org.lvs4j.netty.tun.TunException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Executes the commands of {@code lvsadm}, with the messages and exit codes of {@code ipvsadm}. Thread-safe. */
final class Console implements ControlCommands {
    /** Replaces all rules by those of standard input; not a command of {@code ipvsadm}. */
    static final String REPLACE = "--replace";

    /** Reads the configuration file again; not a command of {@code ipvsadm}. */
    static final String RELOAD = "reload";

    private static final Logger LOG = LoggerFactory.getLogger(Console.class);

    /** The exit code of {@code ipvsadm} for a change that the kernel refuses. */
    static final int REFUSED = 255;

    private final Balancer balancer;
    private final PlaneOptions options;
    private final Supplier<Answer> reload;
    private final DrainConsole drains;
    private final HealthConsole health;
    private final long startNanos = System.nanoTime();

    /**
     * A console of a balancer.
     *
     * @param options tells what the plane can serve
     * @param reload reads the configuration file again
     */
    Console(Balancer balancer, PlaneOptions options, Supplier<Answer> reload) {
        this.balancer = balancer;
        this.options = options;
        this.reload = reload;
        health = new HealthConsole(balancer);
        drains = new DrainConsole(balancer);
    }

    @Override
    public Kind kind(List<String> arguments) {
        if (isReplace(arguments)) {
            return Kind.CHANGE_WITH_INPUT;
        }
        if (DrainConsole.accepts(arguments)) {
            return DrainConsole.kind(arguments);
        }
        if (isReload(arguments) || HealthConsole.accepts(arguments) || TopCommand.accepts(arguments)) {
            // A reload whose file blocks delays no other change.
            return Kind.LISTING;
        }
        try {
            RuleCommand command = RuleParser.parse(withoutJson(arguments));
            if (command instanceof RuleCommand.Restore) {
                return Kind.CHANGE_WITH_INPUT;
            }
            boolean listing = command instanceof RuleCommand.ListServices
                    || command instanceof RuleCommand.ListConnections
                    || command instanceof RuleCommand.ListTimeouts
                    || command instanceof RuleCommand.ListDaemons
                    || command instanceof RuleCommand.Save
                    || command instanceof RuleCommand.Help
                    || command instanceof RuleCommand.Version;
            return listing ? Kind.LISTING : Kind.CHANGE;
        } catch (RuleException e) {
            // To be told by run, which changes nothing.
            return Kind.LISTING;
        }
    }

    /** The command line of {@code ipvsadm} without the option that is not one of it. */
    private static List<String> withoutJson(List<String> arguments) {
        return arguments.contains(JsonListing.OPTION)
                ? arguments.stream()
                        .filter(each -> !each.equals(JsonListing.OPTION))
                        .toList()
                : arguments;
    }

    private static boolean isReplace(List<String> arguments) {
        return arguments.size() == 1 && arguments.get(0).equals(REPLACE);
    }

    private static boolean isReload(List<String> arguments) {
        return !arguments.isEmpty() && arguments.get(0).equals(RELOAD);
    }

    /** Whether a command line begins with a word that is no command. */
    private static boolean isUnknown(List<String> arguments) {
        return !arguments.isEmpty()
                && !arguments.get(0).isEmpty()
                && arguments.get(0).charAt(0) != '-';
    }

    @Override
    public Answer run(List<String> arguments, byte[] input, Appendable output) throws IOException {
        try {
            if (isReplace(arguments)) {
                Rules rules = rules(input);
                String changes = balancer.replace(rules);
                LOG.info("lvsadm --replace: {}", Count.of(changes.lines().count(), "change"));
                return Answer.ok("");
            }
            String usage = Usage.of(arguments);
            if (usage != null) {
                return Answer.ok(usage);
            }
            if (isReload(arguments)) {
                return arguments.size() == 1
                        ? reload.get()
                        : unexpected(RELOAD, arguments.subList(1, arguments.size()));
            }
            if (HealthConsole.accepts(arguments)) {
                return health.run(arguments, output);
            }
            if (TopCommand.accepts(arguments)) {
                return top(arguments, output);
            }
            if (DrainConsole.accepts(arguments)) {
                return drains.run(arguments);
            }
            RuleCommand command = RuleParser.parse(withoutJson(arguments));
            return arguments.contains(JsonListing.OPTION) ? printJson(command, output) : run(command, input, output);
        } catch (RuleException e) {
            String more = isUnknown(arguments) && !DrainConsole.accepts(arguments) ? ", or " + Usage.COMMANDS : "";
            return Answer.error(e.ipvsadmExitCode(), e.getMessage() + more);
        } catch (RulesInvalidException e) {
            return Answer.error(e.ipvsadmExitCode(), String.valueOf(e.getMessage()));
        } catch (DirectorException e) {
            return Answer.error(REFUSED, String.valueOf(e.getMessage()));
        } catch (RelayException e) {
            return Answer.error(REFUSED, String.join("\n", e.problems()));
        } catch (TunException e) {
            return Answer.error(REFUSED, "the change was taken back: " + e.getMessage());
        } catch (IllegalStateException e) {
            return Answer.error(Answer.FAILURE, "lvsd is stopping: " + e.getMessage());
        }
    }

    /** The answer to arguments that a command does not have. */
    static Answer unexpected(String command, List<String> arguments) {
        return Answer.error(
                Answer.USAGE,
                "lvsadm " + command + ": unexpected arguments: " + String.join(" ", arguments) + "\nTry 'lvsadm "
                        + command + " --help' for more information.");
    }

    private Rules rules(byte[] input) throws RulesInvalidException {
        HeapRoom.require(TextFile.STANDARD_INPUT_NAME, input);
        Rules rules = RulesFile.parse(RulesFile.text(input), TextFile.STANDARD_INPUT_NAME);
        try {
            options.requireServed(rules);
        } catch (RulesInvalidException e) {
            throw e.withExitCode(REFUSED);
        }
        return rules;
    }

    /** The part of {@code lvsadm top} that the daemon executes. */
    private Answer top(List<String> arguments, Appendable output) throws IOException {
        if (!arguments.equals(LvsdClient.SNAPSHOT)) {
            return unexpected(TopCommand.NAME, arguments.subList(1, arguments.size()));
        }
        DaemonSnapshot.print(balancer.director(), balancer.health(), Version.current(), startNanos, output);
        return Answer.ok("");
    }

    private Answer printJson(RuleCommand command, Appendable output) throws RuleException, IOException {
        return JsonListing.print(balancer.director(), command, output)
                ? Answer.ok("")
                : Answer.error(
                        Answer.USAGE, "lvsadm: " + JsonListing.OPTION + " is an option of the listings of -L only");
    }

    private Answer run(RuleCommand command, byte[] input, Appendable output)
            throws RuleException, RulesInvalidException, IOException {
        if (command instanceof RuleCommand.Help) {
            return Answer.ok(Lvsadm.help());
        } else if (command instanceof RuleCommand.Version) {
            return Answer.ok("lvsadm " + Version.current() + "\n");
        } else if (command instanceof RuleCommand.Save save) {
            Rules.of(balancer.director()).print(save.numeric(), output);
            return Answer.ok("");
        } else if (command instanceof RuleCommand.Restore) {
            Rules rules = rules(input);
            balancer.change(rules);
            LOG.info("lvsadm -R: {}", Count.of(rules.commands().size(), "command"));
            return Answer.ok("");
        }
        if (command instanceof RuleCommand.StartDaemon || command instanceof RuleCommand.StopDaemon) {
            return Answer.error(REFUSED, "connection synchronisation (--start-daemon, --stop-daemon) is not supported");
        }
        if (Listing.print(balancer.director(), command, output)) {
            return Answer.ok("");
        }
        Unserved problem = options.unserved(command);
        if (problem != null) {
            return Answer.error(REFUSED, problem.toString());
        }
        balancer.change(command);
        LOG.info("lvsadm {}", command.print());
        return Answer.ok("");
    }
}
