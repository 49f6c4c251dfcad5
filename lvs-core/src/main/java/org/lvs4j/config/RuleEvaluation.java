package org.lvs4j.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.DirectorException;
import org.lvs4j.DirectorException.Reason;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * Executes rules on a configuration instead of a director. Goes on after a refused command to find the other errors,
 * but skips further commands about a service that the refused one did not find. Not thread-safe.
 */
final class RuleEvaluation {
    private final Director director;
    private final Set<String> schedulers;
    private final Set<String> engines;
    private final boolean replacing;

    /** The running configuration, for the attributes that rules cannot express. */
    private final DirectorConfiguration.Builder running;

    private final DirectorConfiguration.Builder wanted;

    private RuleEvaluation(DirectorConfiguration running, Director director, boolean replacing) {
        this.director = director;
        this.replacing = replacing;
        this.running = running.toBuilder();
        schedulers = director.schedulers();
        engines = director.persistenceEngines();
        wanted = running.toBuilder();
        if (replacing) {
            wanted.clear();
        }
    }

    /**
     * Executes rules.
     *
     * @param running where to start, or what to overlay
     * @param director the source of the names of schedulers and persistence engines
     * @param replacing whether to start without services
     */
    static DirectorConfiguration run(
            List<PlacedCommand> rules, DirectorConfiguration running, Director director, boolean replacing)
            throws RuleException {
        return new RuleEvaluation(running, director, replacing).run(rules);
    }

    private DirectorConfiguration run(List<PlacedCommand> rules) throws RuleException {
        List<RuleException> errors = new ArrayList<>();
        Set<ServiceKey> missing = new HashSet<>();
        for (PlacedCommand placed : rules) {
            ServiceKey key = placed.command().key();
            if (key != null && missing.contains(key)) {
                continue;
            }
            try {
                execute(placed);
            } catch (RuleException e) {
                errors.add(e);
                if (errors.size() == Rules.MAX_ERRORS) {
                    break;
                }
                if (key != null && wanted.service(key) == null) {
                    missing.add(key);
                }
            }
        }
        RuleException.throwIfAny(errors);
        return wanted.build();
    }

    private void execute(PlacedCommand placed) throws RuleException {
        placed.requireChange();
        try {
            execute(placed, placed.command());
        } catch (DirectorException e) {
            throw placed.refusal(e, director);
        }
    }

    private void execute(PlacedCommand placed, RuleCommand command) throws RuleException {
        if (command instanceof RuleCommand.AddService add) {
            if (wanted.service(add.key()) != null) {
                throw placed.refusal(Reason.SERVICE_EXISTS, director);
            }
            wanted.addService(overlaid(placed, add.service()));
        } else if (command instanceof RuleCommand.EditService edit) {
            requireService(placed, edit.key());
            wanted.editService(overlaid(placed, edit.service()));
        } else if (command instanceof RuleCommand.DeleteService delete) {
            wanted.removeService(delete.key());
        } else if (command instanceof RuleCommand.AddServer add) {
            wanted.addServer(add.key(), overlaid(add.key(), add.server()));
        } else if (command instanceof RuleCommand.EditServer edit) {
            wanted.editServer(edit.key(), overlaid(edit.key(), edit.server()));
        } else if (command instanceof RuleCommand.DeleteServer delete) {
            wanted.removeServer(delete.key(), delete.server());
        } else if (command instanceof RuleCommand.Clear) {
            wanted.clear();
        } else if (command instanceof RuleCommand.SetTimeouts set) {
            wanted.timeouts(set.settings());
        } else if (replacing) {
            throw placed.whole()
                    .misused("command does not describe a configuration", "one of -A -E -D -a -e -d -C --set");
        } else if (command.key() != null) {
            requireService(placed, command.key());
        }
    }

    private void requireService(PlacedCommand placed, ServiceKey key) throws RuleException {
        if (wanted.service(key) == null) {
            throw placed.refusal(Reason.NO_SUCH_SERVICE, director);
        }
    }

    private VirtualService overlaid(PlacedCommand placed, VirtualService rule) throws RuleException {
        if (!schedulers.contains(rule.scheduler())) {
            throw placed.refusal(Reason.NO_SUCH_SCHEDULER, director);
        }
        Persistence persistence = rule.persistence();
        if (persistence != null && persistence.engine() != null && !engines.contains(persistence.engine())) {
            throw placed.refusal(Reason.NO_SUCH_ENGINE, director);
        }
        return RuleScope.overlay(rule, running.service(rule.key()), placed.own());
    }

    private RealServer overlaid(ServiceKey key, RealServer rule) {
        Endpoint endpoint = rule.endpoint();
        return RuleScope.overlay(rule, running.server(key, endpoint));
    }
}
