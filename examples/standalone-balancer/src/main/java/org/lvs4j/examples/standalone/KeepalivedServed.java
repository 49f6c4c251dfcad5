package org.lvs4j.examples.standalone;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.config.keepalived.KeepalivedOptions.Refusal;
import org.lvs4j.config.keepalived.KeepalivedOptions.ServedCheck;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.VirtualService;

/** Tells what of a keepalived file a plane with some options, or any plane, cannot serve. */
final class KeepalivedServed implements ServedCheck {
    private final @Nullable RelayOptions relay;
    private final boolean packets;
    private final Set<String> schedulers = Director.create().schedulers();

    /**
     * A check for a plane.
     *
     * @param relay the options of the plane; null for what no plane can serve
     * @param packets whether the plane forwards packets
     */
    KeepalivedServed(@Nullable RelayOptions relay, boolean packets) {
        this.relay = relay;
        this.packets = packets;
    }

    @Override
    public @Nullable Refusal refusal(VirtualService service) {
        if (!schedulers.contains(service.scheduler())) {
            return new Refusal(
                    "unknown scheduler '" + service.scheduler() + "'",
                    "one of " + String.join(" ", schedulers.stream().sorted().toList()));
        }
        Unserved unserved = relay == null ? null : relay.unserved(service, packets);
        return unserved == null ? null : new Refusal(unserved.problem(), unserved.expected());
    }

    @Override
    public @Nullable Refusal refusal(RealServer server) {
        if (relay == null || packets || server.forwarding().method() == Forwarding.Method.MASQUERADE) {
            return null;
        }
        String method = server.forwarding().method() == Forwarding.Method.DIRECT ? "DR" : "TUN";
        return new Refusal(
                "lvs_method " + method + " forwards packets, the relay connections", "lvs_method NAT, or --tun");
    }
}
