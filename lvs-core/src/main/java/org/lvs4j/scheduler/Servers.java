package org.lvs4j.scheduler;

import org.lvs4j.service.RealServer;

/**
 * The real servers of a service as a scheduler sees them: a list with the newest server first, in the order of IPVS. An
 * index is 0..{@link #size}-1.
 *
 * <p>Membership, order, weights and configuration of a list never change: a change of the configuration makes a new
 * list. Connection counts and the overload mark are live, and two calls may return different values.
 *
 * <p>Progress: every method is wait-free and does not allocate.
 */
public interface Servers {
    /** The number of servers. */
    int size();

    /** The effective weight of a server, 0..2147483647. A slow start keeps it below the configured weight. */
    int weight(int index);

    /**
     * The last effective weight above 0 that a server has had since it was added, or 0 if it has had none. For a
     * quiesced server it is the weight before.
     */
    int lastWeight(int index);

    /**
     * Whether a server must not get new connections, because its upper threshold is reached or because it is excluded.
     */
    boolean overloaded(int index);

    /**
     * Whether the connection being scheduled has already failed to connect to a server. An excluded server counts as
     * overloaded, too. False by default.
     */
    default boolean excluded(int index) {
        return false;
    }

    /** The live number of active connections of a server. */
    int active(int index);

    /** The live number of inactive connections of a server. */
    int inactive(int index);

    /**
     * The live connections of a server, read at once: active ones in the upper 32 bits, inactive ones in the
     * lower 32 bits.
     */
    default long connections(int index) {
        return (long) active(index) << Integer.SIZE | inactive(index);
    }

    /**
     * A number that identifies a server in all lists of its service, regardless of its index. It may be given to
     * another server some time after this one has been removed and its last connection has ended.
     */
    int id(int index);

    /** The index of the server of an {@link #id}, or -1 if it is not in this list. */
    int indexOf(int id);

    /** The configuration of a server. */
    RealServer server(int index);

    /** Whether a server may get new connections: its weight is above 0 and it is not overloaded. */
    default boolean available(int index) {
        return weight(index) > 0 && !overloaded(index);
    }
}
