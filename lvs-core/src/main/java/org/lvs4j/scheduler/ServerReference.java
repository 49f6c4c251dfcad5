package org.lvs4j.scheduler;

import org.lvs4j.net.Endpoint;

/**
 * A server remembered across changes of the list it is in. The number of a server that the director has forgotten may
 * be given to another one, so the endpoint is compared as well.
 */
final class ServerReference {
    private final int id;
    private final Endpoint endpoint;

    // Where it was seen last. Races are harmless: every use checks what it finds there.
    private int hint;

    private ServerReference(int id, Endpoint endpoint, int hint) {
        this.id = id;
        this.endpoint = endpoint;
        this.hint = hint;
    }

    static ServerReference to(Servers servers, int index) {
        return new ServerReference(servers.id(index), servers.server(index).endpoint(), index);
    }

    /** Its index in a list, or -1 if it is not there. */
    int indexIn(Servers servers) {
        int index = hint;
        if (index >= servers.size() || servers.id(index) != id) {
            index = servers.indexOf(id);
            if (index < 0) {
                return -1;
            }
            hint = index;
        }
        return servers.server(index).endpoint().equals(endpoint) ? index : -1;
    }
}
