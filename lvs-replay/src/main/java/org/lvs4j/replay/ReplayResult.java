package org.lvs4j.replay;

import java.util.List;

/**
 * What came of the replay of a trace. Immutable.
 *
 * @param source the name of the trace
 * @param answers how many answers and counts the trace has
 * @param mismatches those that are not the engine's, in order; unmodifiable
 * @param recomputed the trace as text with every answer and count as the engine gives it, whatever the trace said
 */
public record ReplayResult(String source, int answers, List<Mismatch> mismatches, String recomputed) {
    /** Takes a copy of the list. */
    public ReplayResult {
        mismatches = List.copyOf(mismatches);
    }

    /** How many answers and counts of the trace are also the engine's. */
    public int matched() {
        return answers - mismatches.size();
    }

    /** Whether all are. */
    public boolean matches() {
        return mismatches.isEmpty();
    }

    /** For example {@code rr-01.trace: 104 of 104 answers match}. */
    public String summary() {
        return source + ": " + matched() + " of " + answers + " answers match";
    }
}
