package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.util.List;
import org.lvs4j.config.Listing;
import org.lvs4j.config.RuleCommand;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.RuleParser;
import org.lvs4j.config.Rules;
import org.lvs4j.netty.RelayException;
import org.lvs4j.netty.tun.TunException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Executes the commands of {@code lvsadm}, with the messages and exit codes of {@code ipvsadm}. Thread-safe. */
final class Console implements ControlServer.Commands {
    private static final Logger LOG = LoggerFactory.getLogger(Console.class);

    /** The exit code of {@code ipvsadm} for a change that the kernel refuses. */
    private static final int REFUSED = 255;

    private final Balancer balancer;
    private final PlaneOptions options;

    Console(Balancer balancer, PlaneOptions options) {
        this.balancer = balancer;
        this.options = options;
    }

    @Override
    public Answer run(List<String> arguments, ControlServer.Input input) throws IOException {
        try {
            return run(RuleParser.parse(arguments), input);
        } catch (RuleException e) {
            return Answer.error(e.ipvsadmExitCode(), String.valueOf(e.getMessage()));
        } catch (RulesInvalidException e) {
            return Answer.error(e.ipvsadmExitCode(), String.valueOf(e.getMessage()));
        } catch (RelayException e) {
            return Answer.error(REFUSED, String.valueOf(e.getMessage()));
        } catch (TunException e) {
            return Answer.error(REFUSED, "the change was taken back: " + e.getMessage());
        } catch (IllegalStateException e) {
            return Answer.error(Answer.FAILURE, "lvsd is stopping: " + e.getMessage());
        }
    }

    private Answer run(RuleCommand command, ControlServer.Input input)
            throws RuleException, RulesInvalidException, IOException {
        if (command instanceof RuleCommand.Help) {
            return Answer.ok(Lvsadm.help());
        } else if (command instanceof RuleCommand.Version) {
            return Answer.ok("lvsadm " + Version.current() + "\n");
        } else if (command instanceof RuleCommand.Save save) {
            StringBuilder saved = new StringBuilder();
            Rules.of(balancer.director()).print(save.numeric(), saved);
            return Answer.ok(saved.toString());
        } else if (command instanceof RuleCommand.Restore) {
            Rules rules = RulesFile.parse(input.read(), TextFile.STANDARD_INPUT_NAME);
            options.requireServed(rules);
            balancer.change(rules);
            LOG.info("lvsadm -R: {} commands", rules.commands().size());
            return Answer.ok("");
        }
        if (command instanceof RuleCommand.StartDaemon || command instanceof RuleCommand.StopDaemon) {
            return Answer.error(REFUSED, "connection synchronisation (--start-daemon, --stop-daemon) is not supported");
        }
        String listing = Listing.of(balancer.director(), command).orElse(null);
        if (listing != null) {
            return Answer.ok(listing);
        }
        String problem = options.unserved(command);
        if (problem != null) {
            return Answer.error(Answer.USAGE, problem);
        }
        balancer.change(command);
        LOG.info("lvsadm {}", command.print());
        return Answer.ok("");
    }
}
