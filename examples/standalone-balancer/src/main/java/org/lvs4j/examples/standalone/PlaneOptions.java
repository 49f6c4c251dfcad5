package org.lvs4j.examples.standalone;

import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.config.RuleCommand;
import org.lvs4j.config.Rules;
import picocli.CommandLine.Mixin;

/** The options of {@code lvsd run} that select the plane: the relay, or packets through a TUN device. */
final class PlaneOptions {
    @Mixin
    private RelayOptions relay = new RelayOptions();

    @Mixin
    private TunOptions tun = new TunOptions();

    /**
     * Refuses options that exclude each other.
     *
     * @throws IllegalArgumentException naming them
     */
    void check() {
        if (tun.given()) {
            relay.requireNoneWithTun();
        } else {
            tun.requireNone();
        }
    }

    /**
     * Refuses rules that the plane cannot serve.
     *
     * @throws RulesInvalidException with every error
     */
    void requireServed(Rules rules) throws RulesInvalidException {
        relay.requireServed(rules, tun.given());
    }

    /** The reason why the plane cannot execute a command, or null if it can. */
    @Nullable
    String unserved(RuleCommand command) {
        if (tun.given()) {
            return relay.unmarked(command);
        }
        String problem = RulesFile.notRelayable(command);
        return problem == null ? relay.unreachable(command) : problem;
    }

    /** Starts the plane. */
    Plane start(Director director) {
        return tun.given() ? tun.start(director, relay.threads(), relay.listen()) : relay.start(director);
    }
}
