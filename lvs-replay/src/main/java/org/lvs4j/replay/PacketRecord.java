package org.lvs4j.replay;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lvs4j.config.Rules;
import org.lvs4j.service.Sysctl;

/**
 * A packet that was given to a director, and what came out. Immutable.
 *
 * @param line where it stands in its file, counted from 1
 * @param json the line as it stands there
 * @param name what to call it in messages
 * @param session records of one session follow each other through one director
 * @param rules the services of the session
 * @param settings the settings of the session; unmodifiable
 * @param clientMtu the largest packet on the wire of clients, in bytes
 * @param serverMtu the largest packet on the wire of servers, in bytes
 * @param wire where it came in
 * @param packet its bytes in hex
 * @param expected what came out, in order; null if the record does not say
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
    /** Takes copies of the collections. */
    public PacketRecord {
        settings = Map.copyOf(settings);
        expected = expected == null ? null : List.copyOf(expected);
    }

    @Override
    public String toString() {
        return name;
    }
}
