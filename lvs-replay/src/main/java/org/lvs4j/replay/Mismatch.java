package org.lvs4j.replay;

/**
 * An event whose answer in the trace is not the engine's. Immutable.
 *
 * @param line the line in the trace, counted from 1
 * @param event the event as the trace has it
 * @param expected the answer in the trace
 * @param given the engine's answer
 */
public record Mismatch(int line, String event, String expected, String given) {
    /** For example {@code line 9: expected 10.0.0.1:80, given 10.0.0.2:80: 0 tcp ...}. */
    @Override
    public String toString() {
        return "line " + line + ": expected " + expected + ", given " + given + ": " + event;
    }
}
