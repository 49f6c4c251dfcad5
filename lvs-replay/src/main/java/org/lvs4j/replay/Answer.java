package org.lvs4j.replay;

import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;

/**
 * What came of a packet.
 *
 * @param kind what
 * @param server where it went; null unless the kind is {@link Kind#SERVER}
 */
record Answer(Kind kind, @Nullable Endpoint server) {
    static final Answer CLIENT = new Answer(Kind.CLIENT, null);
    static final Answer UNREACHABLE = new Answer(Kind.UNREACHABLE, null);
    static final Answer RESET = new Answer(Kind.RESET, null);
    static final Answer DROPPED = new Answer(Kind.DROPPED, null);

    static final String EXPECTED =
            "a server such as 192.168.1.1:80, client, none:icmp-port-unreach, none:rst or none:drop";

    enum Kind {
        /** A real server got it. */
        SERVER(""),
        /** The client got it, with the virtual address as source. */
        CLIENT("client"),
        /** ICMP port unreachable came back. */
        UNREACHABLE("none:icmp-port-unreach"),
        /** Not the director's: the local TCP stack answered with a reset. */
        RESET("none:rst"),
        /** Nothing came out. */
        DROPPED("none:drop");

        private final String text;

        Kind(String text) {
            this.text = text;
        }
    }

    static Answer server(Endpoint endpoint) {
        return new Answer(Kind.SERVER, endpoint);
    }

    /** Reads an answer, or returns null if the text is none. */
    static @Nullable Answer parse(String text) {
        for (Answer answer : new Answer[] {CLIENT, UNREACHABLE, RESET, DROPPED}) {
            if (answer.kind.text.equals(text)) {
                return answer;
            }
        }
        try {
            Endpoint endpoint = Endpoint.parse(text);
            return endpoint.port() == 0 ? null : server(endpoint);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    @Override
    public String toString() {
        return server == null ? kind.text : server.toString();
    }
}
