package org.lvs4j.plane;

/**
 * How often a {@link PacketPlane} has had to drop something for a reason of its own. Immutable.
 *
 * @param malformed packets whose headers make no sense
 * @param noRoom packets for which the output was too small
 * @param fragmentsRefused fragments that were repeated, impossible, or contradicted others of their packet
 * @param reassembliesTimedOut packets of which some fragments never came
 * @param reassembliesDisplaced incomplete packets given up for newer ones at the ceiling
 * @param answersSuppressed ICMP errors that were not sent because there were too many
 */
public record PacketCounters(
        long malformed,
        long noRoom,
        long fragmentsRefused,
        long reassembliesTimedOut,
        long reassembliesDisplaced,
        long answersSuppressed) {}
