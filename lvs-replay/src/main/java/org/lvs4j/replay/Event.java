package org.lvs4j.replay;

import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.ServiceKey;

/** One line of a trace's events. */
sealed interface Event {
    /** The line in the source, counted from 1. */
    int line();

    /** When it happens, from the start of the trace. */
    long millis();

    /** The line as the trace has it, answer included, with single blanks. */
    String text();

    /**
     * A client or a server sends something.
     *
     * @param words the line without its answer
     * @param callId of a SIP message, else null
     * @param answer null if the trace says nothing
     */
    record Traffic(
            int line,
            long millis,
            String words,
            Verb verb,
            Protocol protocol,
            Endpoint client,
            Endpoint virtual,
            @Nullable String callId,
            @Nullable Answer answer)
            implements Event {
        @Override
        public String text() {
            return text(answer);
        }

        String text(@Nullable Answer given) {
            return given == null ? words : words + " -> " + given;
        }
    }

    /** A rule is applied. */
    record Change(int line, long millis, String text, Rule rule) implements Event {}

    /** A setting is changed. */
    record Set(int line, long millis, String text, Setting setting) implements Event {}

    /**
     * The connections of a server are counted.
     *
     * @param before the line up to the first count
     * @param service in which service, or null for the first that has the server
     * @param after the line behind the counts, with the blank before it, or empty
     * @param counts null if the trace says nothing
     */
    record Expect(
            int line,
            long millis,
            String before,
            Endpoint server,
            @Nullable ServiceKey service,
            String after,
            @Nullable Counts counts)
            implements Event {
        @Override
        public String text() {
            return text(counts);
        }

        String text(@Nullable Counts given) {
            return given == null
                    ? before + " inactive" + after
                    : before + " " + given.activeText() + " inactive " + given.inactiveText() + after;
        }
    }

    /** The counts of a server, both -1 if there is no such server. */
    record Counts(int active, int inactive) {
        static final Counts NO_SERVER = new Counts(-1, -1);
        static final String NO_SERVER_TEXT = "-";
        static final String UNKNOWN_TEXT = "?";

        String activeText() {
            return active < 0 ? NO_SERVER_TEXT : Integer.toString(active);
        }

        String inactiveText() {
            return inactive < 0 ? NO_SERVER_TEXT : Integer.toString(inactive);
        }

        @Override
        public String toString() {
            return active < 0 && inactive < 0
                    ? "no such server"
                    : "active " + activeText() + " inactive " + inactiveText();
        }
    }

    /** What is sent. */
    enum Verb {
        /** SYN, the server's SYN and ACK, ACK. */
        OPEN,
        /** SYN. */
        SYN,
        /** FIN and ACK, the server's FIN and ACK, ACK. */
        CLOSE,
        /** RST and ACK. */
        RST,
        /** FIN and ACK. */
        FIN,
        /** PSH and ACK with 5 bytes. */
        DATA,
        /** ACK. */
        ACK,
        /** A datagram. */
        PACKET,
        /** A SIP request. */
        SIP,
        /** A datagram of the flow's server. */
        REPLY;

        /** Whether a missing answer says that the packet reached a server. */
        boolean silentWhenForwarded() {
            return this == CLOSE || this == RST;
        }
    }
}
