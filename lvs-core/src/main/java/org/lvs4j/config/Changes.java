package org.lvs4j.config;

import java.util.ArrayList;
import java.util.List;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.DirectorException.Reason;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;

/** Translates between commands and changes of a configuration. */
final class Changes {
    private Changes() {}

    /** Whether a command changes a configuration or resets counters. */
    static boolean isChange(RuleCommand command) {
        return command instanceof RuleCommand.AddService
                || command instanceof RuleCommand.EditService
                || command instanceof RuleCommand.DeleteService
                || command instanceof RuleCommand.AddServer
                || command instanceof RuleCommand.EditServer
                || command instanceof RuleCommand.DeleteServer
                || command instanceof RuleCommand.Clear
                || command instanceof RuleCommand.SetTimeouts
                || command instanceof RuleCommand.Zero;
    }

    /**
     * The changes by which a director executes a command. The cost depends on the command, not on the size
     * of the configuration.
     *
     * @throws RuleException if the command names a service or a server that does not exist
     */
    static List<ConfigurationChange> of(PlacedCommand placed, Director director) throws RuleException {
        RuleCommand command = placed.command();
        if (command instanceof RuleCommand.AddService add) {
            return List.of(new ConfigurationChange.ServiceAdded(add.service(), List.of()));
        } else if (command instanceof RuleCommand.EditService edit) {
            DirectorConfiguration.Service running = running(placed, edit.key(), director);
            return List.of(new ConfigurationChange.ServiceEdited(
                    running.service(), RuleScope.overlay(edit.service(), running.service(), placed.own())));
        } else if (command instanceof RuleCommand.DeleteService delete) {
            return List.of(removal(running(placed, delete.key(), director)));
        } else if (command instanceof RuleCommand.AddServer add) {
            return List.of(new ConfigurationChange.ServerAdded(add.key(), add.server()));
        } else if (command instanceof RuleCommand.EditServer edit) {
            RealServer running =
                    running(placed, edit.key(), director).server(edit.server().endpoint());
            if (running == null) {
                throw placed.refusal(Reason.NO_SUCH_SERVER, director);
            }
            return List.of(new ConfigurationChange.ServerEdited(
                    edit.key(), running, RuleScope.overlay(edit.server(), running)));
        } else if (command instanceof RuleCommand.DeleteServer delete) {
            RealServer running = running(placed, delete.key(), director).server(delete.server());
            if (running == null) {
                throw placed.refusal(Reason.NO_SUCH_SERVER, director);
            }
            return List.of(new ConfigurationChange.ServerRemoved(delete.key(), running));
        } else if (command instanceof RuleCommand.Clear) {
            return director.configuration().services().stream()
                    .map(Changes::removal)
                    .toList();
        } else if (command instanceof RuleCommand.SetTimeouts set) {
            return List.of(new ConfigurationChange.TimeoutsChanged(director.timeouts(), set.settings()));
        }
        return List.of();
    }

    private static DirectorConfiguration.Service running(PlacedCommand placed, ServiceKey key, Director director)
            throws RuleException {
        DirectorConfiguration.Service running = director.configuration(key);
        if (running == null) {
            throw placed.refusal(Reason.NO_SUCH_SERVICE, director);
        }
        return running;
    }

    private static ConfigurationChange removal(DirectorConfiguration.Service service) {
        return new ConfigurationChange.ServiceRemoved(service.service(), service.servers());
    }

    /**
     * The commands that make a change, as far as rules can express it: a service is added with its servers; a sysctl
     * and a named service are left out.
     */
    static List<RuleCommand> commands(ConfigurationChange change) {
        List<RuleCommand> commands = all(change);
        return !commands.isEmpty() && commands.get(0).key() instanceof ServiceKey.Named ? List.of() : commands;
    }

    private static List<RuleCommand> all(ConfigurationChange change) {
        if (change instanceof ConfigurationChange.ServiceAdded added) {
            ServiceKey key = added.service().key();
            List<RuleCommand> commands = new ArrayList<>();
            commands.add(new RuleCommand.AddService(added.service()));
            added.servers().forEach(server -> commands.add(new RuleCommand.AddServer(key, server)));
            return commands;
        } else if (change instanceof ConfigurationChange.ServiceEdited edited) {
            return List.of(new RuleCommand.EditService(edited.after()));
        } else if (change instanceof ConfigurationChange.ServiceRemoved removed) {
            return List.of(new RuleCommand.DeleteService(removed.key()));
        } else if (change instanceof ConfigurationChange.ServerAdded added) {
            return List.of(new RuleCommand.AddServer(added.service(), added.server()));
        } else if (change instanceof ConfigurationChange.ServerEdited edited) {
            return List.of(new RuleCommand.EditServer(edited.service(), edited.after()));
        } else if (change instanceof ConfigurationChange.ServerRemoved removed) {
            return List.of(new RuleCommand.DeleteServer(removed.service(), removed.endpoint()));
        } else if (change instanceof ConfigurationChange.TimeoutsChanged changed) {
            return List.of(new RuleCommand.SetTimeouts(changed.after()));
        }
        return List.of();
    }
}
