package org.lvs4j.replay;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * The result of a {@link Replay}. Immutable.
 *
 * @param source the name of the trace
 * @param answers the number of answers and counts in the trace
 * @param mismatches the answers and counts that differ from the director's, in order; unmodifiable
 * @param recomputed the trace as text, with every answer and count as the director gives it
 */
public record ReplayResult(String source, int answers, List<Mismatch> mismatches, String recomputed) {
    /** Copies the list. */
    public ReplayResult {
        requireNonNull(source, "source");
        requireNonNull(recomputed, "recomputed");
        mismatches = List.copyOf(requireNonNull(mismatches, "mismatches"));
    }

    /** The number of answers and counts in the trace that equal the director's. */
    public int matched() {
        return answers - mismatches.size();
    }

    /** Whether every answer and count in the trace equals the director's. */
    public boolean matches() {
        return mismatches.isEmpty();
    }

    /** One line for a report, such as {@code rr-01.trace: 104 of 104 answers match}. */
    public String summary() {
        return source + ": " + matched() + " of " + answers + " answers match";
    }
}
