package org.lvs4j.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.lvs4j.net.Endpoint;

/**
 * A reference to a server that survives changes of the list. The id of a removed server may be given to another one, so
 * the endpoint is compared as well.
 */
final class ServerReference {
    private static final VarHandle HINT;

    static {
        try {
            HINT = MethodHandles.lookup().findVarHandle(ServerReference.class, "hint", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int id;
    private final Endpoint endpoint;

    /** The last known index. */
    private int hint;

    private ServerReference(int id, Endpoint endpoint, int hint) {
        this.id = id;
        this.endpoint = endpoint;
        this.hint = hint;
    }

    static ServerReference to(Servers servers, int index) {
        return new ServerReference(servers.id(index), servers.server(index).endpoint(), index);
    }

    /** Its index in a list, or -1 if it is not in the list. */
    int indexIn(Servers servers) {
        // Opaque, and races are harmless: a stale index fails the comparison of ids.
        int index = (int) HINT.getOpaque(this);
        if (index >= servers.size() || servers.id(index) != id) {
            index = servers.indexOf(id);
            if (index < 0) {
                return -1;
            }
            HINT.setOpaque(this, index);
        }
        return servers.server(index).endpoint().equals(endpoint) ? index : -1;
    }
}
