package org.lvs4j.examples.standalone;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.config.RuleCommand;
import org.lvs4j.config.Rules;
import org.lvs4j.config.keepalived.KeepalivedOptions;
import org.lvs4j.netty.ConnectionRecord;
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
            relay.requireRelayable();
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
    Unserved unserved(RuleCommand command) {
        return relay.unserved(command, tun.given());
    }

    /** Tells what of a keepalived file the plane cannot serve. */
    KeepalivedOptions.ServedCheck served() {
        return new KeepalivedServed(relay, tun.given());
    }

    /**
     * Refuses options with which no listening sockets of another process can be used.
     *
     * @param cause the option or variable that asks for it
     * @throws IllegalArgumentException with the reason
     */
    void requireAdopting(String cause) {
        if (tun.given()) {
            throw new IllegalArgumentException(cause + ": with --tun there are no listening sockets to get from another"
                    + " process, and a TUN device serves one process only");
        }
        relay.requireAdopting(cause);
    }

    /** Uses listening sockets of another process, too, when the plane starts. */
    void adopt(List<Integer> descriptors) {
        relay.adopt(descriptors);
    }

    /** Whether packets are forwarded, not connections relayed. */
    boolean forwardsPackets() {
        return tun.given();
    }

    /** Reports connections that have ended when the plane relays them. */
    void log(Consumer<? super ConnectionRecord> receiver) {
        relay.log(receiver);
    }

    /** What the options leave short, in one sentence; null if nothing is. */
    @Nullable
    String shortage(int entries) {
        return tun.given() ? null : relay.shortage(entries);
    }

    /** Starts the plane. */
    Plane start(Director director) {
        return tun.given() ? tun.start(director, relay.threads(), relay.listen()) : relay.start(director);
    }
}
