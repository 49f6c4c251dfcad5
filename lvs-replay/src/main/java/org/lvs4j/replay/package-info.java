/**
 * Replays through a director on a virtual clock: decision traces, recorded packets, captures. For tests, simulations
 * and proofs; an application that only balances does not need it. The same input always gives the same result:
 * randomised schedulers and defences use a fixed seed.
 *
 * <p>A {@link org.lvs4j.replay.Trace} is a text with rules and with the events of clients;
 * {@link org.lvs4j.replay.Replay} says where each connection goes:
 *
 * <pre>{@code
 * Trace trace = Trace.parse(
 *         """
 *         [rules]
 *         -A -t 10.0.0.100:80 -s rr
 *         -a -t 10.0.0.100:80 -r 192.168.1.1:80 -m
 *         -a -t 10.0.0.100:80 -r 192.168.1.2:80 -m
 *         [events]
 *         0 tcp 10.1.0.1:4000 10.0.0.100:80 open
 *         5 tcp 10.1.0.2:4000 10.0.0.100:80 open -> 192.168.1.1:80
 *         """,
 *         "example");
 * ReplayResult result = Replay.run(trace);
 * System.out.print(result.recomputed());     // the trace with the answer of every event
 * System.out.println(result.summary());      // example: 1 of 1 answers match
 * }</pre>
 *
 * <p>{@link org.lvs4j.replay.PacketReplay} compares the packets that a director emits with recorded ones, byte for
 * byte. {@link org.lvs4j.replay.CaptureReplay} sends the packets of a pcap or pcapng file through a director.
 * Timelines of health checks are in {@link org.lvs4j.replay.health}.
 */
@NullMarked
package org.lvs4j.replay;

import org.jspecify.annotations.NullMarked;
