package org.lvs4j.replay;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * The result of a {@link PacketReplay}. Immutable.
 *
 * @param source the name of the recording
 * @param records the number of records that have expected packets
 * @param mismatches the records with other emitted packets than expected, in order; unmodifiable
 * @param emissions the emitted packets of every record, in order; unmodifiable
 */
public record PacketReplayResult(
        String source, int records, List<Mismatch> mismatches, List<List<PacketEmission>> emissions) {
    /** Copies the lists. */
    public PacketReplayResult {
        requireNonNull(source, "source");
        mismatches = List.copyOf(requireNonNull(mismatches, "mismatches"));
        emissions = List.copyOf(requireNonNull(emissions, "emissions"));
    }

    /** The number of records with the expected packets. */
    public int matched() {
        return records - mismatches.size();
    }

    /** Whether every record with expected packets matches. */
    public boolean matches() {
        return mismatches.isEmpty();
    }

    /** One line for a report, such as {@code nat-tcp.jsonl: 120 of 120 packets match}. */
    public String summary() {
        return source + ": " + matched() + " of " + records + " packets match";
    }
}
