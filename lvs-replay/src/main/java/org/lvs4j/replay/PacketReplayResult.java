package org.lvs4j.replay;

import java.util.List;

/**
 * What came of the replay of recorded packets. Immutable.
 *
 * @param source the name of the recording
 * @param records how many records say what came out
 * @param mismatches those for which something else came out now; unmodifiable
 * @param emissions what came out for each record, in order; unmodifiable
 */
public record PacketReplayResult(
        String source, int records, List<Mismatch> mismatches, List<List<PacketEmission>> emissions) {
    /** Takes copies of the lists. */
    public PacketReplayResult {
        mismatches = List.copyOf(mismatches);
        emissions = List.copyOf(emissions);
    }

    /** How many records agree. */
    public int matched() {
        return records - mismatches.size();
    }

    /** Whether all do. */
    public boolean matches() {
        return mismatches.isEmpty();
    }

    /** For example {@code nat-tcp.jsonl: 120 of 120 packets match}. */
    public String summary() {
        return source + ": " + matched() + " of " + records + " packets match";
    }
}
