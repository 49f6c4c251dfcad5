package org.lvs4j.replay;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lvs4j.config.Rules;
import org.lvs4j.service.Sysctl;

/**
 * A recorded packet: the packet that a director received, and the packets that it emitted. Immutable.
 *
 * @param line the line of the recording, counted from 1
 * @param json the line as text
 * @param name the name of the record in messages
 * @param session names the director: all records of one session go through one director, in order
 * @param rules the services of the session
 * @param settings the sysctl settings of the session; unmodifiable
 * @param clientMtu the MTU of the client wire, in bytes
 * @param serverMtu the MTU of the server wire, in bytes
 * @param wire the wire on which the packet arrived
 * @param packet its bytes as lower-case hex digits
 * @param expected the emitted packets, in order; unmodifiable; null if the record has none to compare
 */
public record PacketRecord(
        int line,
        String json,
        String name,
        String session,
        Rules rules,
        Map<Sysctl, Integer> settings,
        int clientMtu,
        int serverMtu,
        Wire wire,
        String packet,
        @Nullable List<PacketEmission> expected) {
    /** Copies the collections. */
    public PacketRecord {
        requireNonNull(json, "json");
        requireNonNull(name, "name");
        requireNonNull(session, "session");
        requireNonNull(rules, "rules");
        requireNonNull(wire, "wire");
        requireNonNull(packet, "packet");
        settings = Map.copyOf(requireNonNull(settings, "settings"));
        expected = expected == null ? null : List.copyOf(expected);
    }

    /** The name. */
    @Override
    public String toString() {
        return name;
    }
}
