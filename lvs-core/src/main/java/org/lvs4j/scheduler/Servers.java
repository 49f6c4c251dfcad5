package org.lvs4j.scheduler;

import org.lvs4j.service.RealServer;

/**
 * The real servers of a service as a scheduler sees them: a list, the newest server first, the way IPVS keeps it.
 *
 * <p>Membership, order and weights of one list never change; a change of the configuration makes a new list.
 * Connection counts and the overload mark are live: two calls may differ.
 *
 * <p>Progress: every method is wait-free and does not allocate.
 */
public interface Servers {
    /** How many there are. */
    int size();

    /** The weight of the server at an index, 0..2147483647. */
    int weight(int index);

    /**
     * The last weight above zero that the server has had since it was added, or zero if it had none: its share before it
     * was quiesced.
     */
    int lastWeight(int index);

    /** Whether the server must not get new connections because of its upper threshold, or because it is excluded. */
    boolean overloaded(int index);

    /** Whether the connection at hand has tried this server in vain. An excluded server counts as overloaded, too. */
    default boolean excluded(int index) {
        return false;
    }

    /** Live active connections of the server. */
    int active(int index);

    /** Live inactive connections of the server. */
    int inactive(int index);

    /** Live connections of the server at one moment: the active ones in the upper 32 bits, the inactive ones in the lower. */
    default long connections(int index) {
        return (long) active(index) << Integer.SIZE | inactive(index);
    }

    /** A number that names this server for as long as the director knows it, whatever its index. */
    int id(int index);

    /** The index of the server of an {@link #id}, or -1 if it is not in this list. */
    int indexOf(int id);

    /** The server's configuration. */
    RealServer server(int index);

    /** Whether the server may get new connections: weight above zero and not overloaded. */
    default boolean available(int index) {
        return weight(index) > 0 && !overloaded(index);
    }
}
