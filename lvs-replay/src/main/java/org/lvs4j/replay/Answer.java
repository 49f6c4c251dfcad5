package org.lvs4j.replay;

import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;

/**
 * The observable result of a packet.
 *
 * @param kind the kind of result
 * @param server the server that received the packet; null unless the kind is {@link Kind#SERVER}
 */
record Answer(Kind kind, @Nullable Endpoint server) {
    static final Answer CLIENT = new Answer(Kind.CLIENT, null);
    static final Answer UNREACHABLE = new Answer(Kind.UNREACHABLE, null);
    static final Answer RESET = new Answer(Kind.RESET, null);
    static final Answer DROPPED = new Answer(Kind.DROPPED, null);

    static final String EXPECTED =
            "a server such as 192.168.1.1:80, client, none:icmp-port-unreach, none:rst or none:drop";

    enum Kind {
        /** A real server received the packet. */
        SERVER(""),
        /** The client received the reply, with the virtual address as source. */
        CLIENT("client"),
        /** The client received ICMP port unreachable. */
        UNREACHABLE("none:icmp-port-unreach"),
        /** The packet passed the director, and the local TCP stack answered with a reset. */
        RESET("none:rst"),
        /** No packet was sent. */
        DROPPED("none:drop");

        private final String text;

        Kind(String text) {
            this.text = text;
        }
    }

    static Answer server(Endpoint endpoint) {
        return new Answer(Kind.SERVER, endpoint);
    }

    /** Reads an answer; null if the text is not an answer. */
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
