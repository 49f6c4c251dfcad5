package org.lvs4j.replay;

import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.ServiceKey;

/** A line of the section {@code [events]}. Immutable. */
sealed interface Event {
    /** The line in the source, counted from 1. */
    int line();

    /** The time of the event in milliseconds from the start of the trace. */
    long millis();

    /** The line with its answer, words separated by single blanks. */
    String text();

    /**
     * A client or a server sends packets.
     *
     * @param words the line without its answer
     * @param callId the Call-ID of a SIP message, otherwise null
     * @param answer the expected answer; null if the trace has none
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

        /** The line with another answer. */
        String text(@Nullable Answer given) {
            return given == null ? words : words + " -> " + given;
        }
    }

    /** Applies a rule. */
    record Change(int line, long millis, String text, Rule rule) implements Event {}

    /** Changes a setting. */
    record Set(int line, long millis, String text, Setting setting) implements Event {}

    /**
     * Compares the connection counts of a server.
     *
     * @param before the line up to the first count
     * @param service the service; null for the first service that has the server
     * @param after the line after the counts with the blank before it, or empty
     * @param counts the expected counts; null if the trace has none
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

        /** The line with other counts. */
        String text(@Nullable Counts given) {
            return given == null
                    ? before + " inactive" + after
                    : before + " " + given.activeText() + " inactive " + given.inactiveText() + after;
        }
    }

    /** The connection counts of a server; both are -1 if there is no such server. */
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

    /** The packets of a {@link Traffic} event. */
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
        /** A datagram of the server that the client last reached. */
        REPLY;

        /** Whether a missing answer means that the packet reached a server. */
        boolean silentWhenForwarded() {
            return this == CLOSE || this == RST;
        }
    }
}
