package org.lvs4j.replay;

import static java.util.Objects.requireNonNull;

/**
 * A difference between a recording and the director: an event of a trace, or a recorded packet. Immutable.
 *
 * @param line the line in the recording, counted from 1
 * @param event the event as the trace has it, or the name of the packet record
 * @param expected the answer or the packets in the recording
 * @param given the answer or the packets of the director
 */
public record Mismatch(int line, String event, String expected, String given) {
    /** Checks for nulls. */
    public Mismatch {
        requireNonNull(event, "event");
        requireNonNull(expected, "expected");
        requireNonNull(given, "given");
    }

    /** One line for a report, such as {@code line 9: expected 10.0.0.1:80, given 10.0.0.2:80: 0 tcp ...}. */
    @Override
    public String toString() {
        return "line " + line + ": expected " + expected + ", given " + given + ": " + event;
    }
}
