package org.lvs4j.config;

import org.lvs4j.Director;

/** What the commands that change a configuration mean for a director. */
final class Change {
    private Change() {}

    /** Whether a command changes a director. */
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

    /** Makes a change, or throws the director's exception. */
    static void make(RuleCommand command, Director director) {
        if (command instanceof RuleCommand.AddService add) {
            director.addService(add.service());
        } else if (command instanceof RuleCommand.EditService edit) {
            director.editService(edit.service());
        } else if (command instanceof RuleCommand.DeleteService delete) {
            director.removeService(delete.key());
        } else if (command instanceof RuleCommand.AddServer add) {
            director.addServer(add.key(), add.server());
        } else if (command instanceof RuleCommand.EditServer edit) {
            director.editServer(edit.key(), edit.server());
        } else if (command instanceof RuleCommand.DeleteServer delete) {
            director.removeServer(delete.key(), delete.server());
        } else if (command instanceof RuleCommand.Clear) {
            director.clear();
        } else if (command instanceof RuleCommand.SetTimeouts set) {
            director.setTimeouts(set.settings());
        } else if (command instanceof RuleCommand.Zero zero) {
            if (zero.key() == null) {
                director.resetCounters();
            } else {
                director.resetCounters(zero.key());
            }
        } else {
            throw new IllegalArgumentException("'" + command.print() + "' changes nothing");
        }
    }
}
