package org.lvs4j.plane;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Decision;
import org.lvs4j.Director;
import org.lvs4j.FlowDispatcher;
import org.lvs4j.internal.packet.IcmpError;
import org.lvs4j.internal.packet.Ipv4Options;
import org.lvs4j.internal.packet.PacketHeader;
import org.lvs4j.internal.packet.Reassembly;
import org.lvs4j.internal.packet.ReassemblyBuffer;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

/**
 * A director for whole IP packets: it masquerades, tunnels or routes them to real servers, translates what servers answer and
 * what routers complain about, and answers with ICMP errors where IPVS does.
 *
 * <p>Assumptions: one thread at a time uses a plane; several planes may share a director, if all fragments of a packet come
 * to the same one. The packet lies from position to limit of {@code in}, heap or direct, read-only or not; what the plane
 * makes of it is written from the position of {@code out} on. Neither position nor limit is moved. The two buffers must not
 * overlap. An output of {@value PacketPaths#MAX_MTU} bytes always suffices; one of 1500 does if no path takes more.
 *
 * <p>Guarantees: any bytes get a verdict, never an exception; nothing is read outside the packet and nothing written outside
 * the remaining part of {@code out}. Packets of known connections cost no allocation.
 *
 * <p>Fragments are put together first, for only one of them tells the ports, and leave in the same pieces: the last one to
 * come in takes all of them out, by {@link #next}.
 *
 * <pre>{@code
 * PacketPlane plane = PacketPlane.builder(director, PacketPaths.fixed(1500, IpAddress.parse("192.168.0.1"))).build();
 * long verdict = plane.process(in, out);
 * while (PacketDecision.length(verdict) > 0) {
 *     out.limit(out.position() + PacketDecision.length(verdict));
 *     send(PacketDecision.action(verdict), out);
 *     out.clear();
 *     verdict = plane.next(out);
 * }
 * }</pre>
 *
 * @see PacketDecision
 */
public final class PacketPlane {
    static final long PASS = PacketDecision.of(PacketAction.PASS);

    private static final long DROP = PacketOutput.DROP;
    private static final long HOLD = PacketDecision.of(PacketAction.HOLD);
    /** Not a server's packet; another look-up may know better. */
    private static final long UNKNOWN = -1;

    private final Director director;
    private final FlowDispatcher flows;
    private final PacketOutput output;
    private final PacketAnswers answers;
    private final PacketDelivery delivery;
    private final PacketErrors errors;
    private final Reassembly reassembly;
    private final PacketHeader packet = new PacketHeader();
    private final Flow flow = new Flow();
    private final Flow connection = new Flow();
    private final LongAdder malformed = new LongAdder();

    // A view of the last input, for engines that look into the first payload of a connection.
    private @Nullable ByteBuffer viewed;
    private @Nullable ByteBuffer view;

    /**
     * A builder for a plane: one for each thread that handles packets.
     *
     * @param director decides about the packets
     * @param paths what the plane has to know about the network around it
     */
    public static Builder builder(Director director, PacketPaths paths) {
        return new Builder(requireNonNull(director, "director"), requireNonNull(paths, "paths"));
    }

    private PacketPlane(Builder builder) {
        director = builder.director;
        flows = director.flows();
        output = new PacketOutput();
        AnswerLimit limit = new AnswerLimit(builder.answersPerSecond, director.advance());
        answers = new PacketAnswers(builder.paths, output, limit, builder.seed);
        delivery = new PacketDelivery(director, builder.paths, output, answers, builder.seed);
        errors = new PacketErrors(flows, delivery, builder.serverErrorsV6);
        reassembly = new Reassembly(builder.maxReassemblies);
    }

    /**
     * Decides about a packet without a firewall mark.
     *
     * @return a {@link PacketDecision}
     */
    public long process(ByteBuffer in, ByteBuffer out) {
        return process(in, out, 0);
    }

    /**
     * Decides about a packet. What {@link #next} had still to give of the packet before is forgotten.
     *
     * @param in the packet
     * @param out where to write what is to be sent
     * @param mark the firewall mark of the packet, 0 for none
     * @return a {@link PacketDecision}
     */
    public long process(ByteBuffer in, ByteBuffer out, int mark) {
        output.clear();
        long now = director.advance();
        PacketHeader.Kind kind = packet.parse(in, in.position(), in.limit());
        if (kind == PacketHeader.Kind.TRANSPORT) {
            return transport(null, in, out, mark, now);
        }
        if (kind == PacketHeader.Kind.FRAGMENT) {
            return flows.serves(packet.family()) ? fragment(in, out, mark, now) : PASS;
        }
        return other(kind, null, in, out, mark, now);
    }

    /**
     * Gives the next packet of the last verdict, if that said that there is {@linkplain PacketDecision#more more}.
     *
     * @return a {@link PacketDecision}; {@link PacketAction#DROP} if there is none
     */
    public long next(ByteBuffer out) {
        return output.next(requireNonNull(out, "out"));
    }

    /** What has been dropped here; any thread may ask. */
    public PacketCounters counters() {
        return new PacketCounters(
                malformed.sum(),
                output.noRoom(),
                reassembly.refused(),
                reassembly.timedOut(),
                reassembly.displaced(),
                answers.suppressed());
    }

    private long other(
            PacketHeader.Kind kind,
            @Nullable ReassemblyBuffer whole,
            ByteBuffer in,
            ByteBuffer out,
            int mark,
            long now) {
        return switch (kind) {
            case TRANSPORT -> transport(whole, in, out, mark, now);
            case ICMP -> isRefused(in) ? DROP : errors.handle(packet, whole, in, out, mark, now);
            case OTHER -> PASS;
            case FRAGMENT, MALFORMED -> {
                malformed.increment();
                yield DROP;
            }
        };
    }

    private long fragment(ByteBuffer in, ByteBuffer out, int mark, long now) {
        ReassemblyBuffer whole = reassembly.add(packet, in, now);
        if (whole == null) {
            return HOLD;
        }
        ByteBuffer buffer = whole.buffer();
        PacketHeader.Kind kind = packet.parse(buffer, whole.start(), whole.limit());
        long verdict = other(kind, whole, buffer, out, mark, now);
        return verdict == PASS ? output.handBack(whole, packet.isV4(), out) : verdict;
    }

    private long transport(@Nullable ReassemblyBuffer whole, ByteBuffer in, ByteBuffer out, int mark, long now) {
        Protocol protocol = packet.protocol();
        flow.set(
                        protocol,
                        packet.family(),
                        packet.sourceHigh(),
                        packet.sourceLow(),
                        packet.sourcePort(),
                        packet.destinationHigh(),
                        packet.destinationLow(),
                        packet.destinationPort())
                .mark(mark);
        if (isRefused(in)) {
            return DROP;
        }
        int signal = packet.signal();
        long decision = flows.dispatchKnown(flow, signal, packet.length(), now);
        if (decision == Decision.NONE) {
            long verdict = reply(whole, in, out, signal, now);
            if (verdict != UNKNOWN) {
                return verdict;
            }
            decision = flows.dispatch(flow, signal, packet.length(), payload(in), now);
        }
        return switch (Decision.verdict(decision)) {
            case FORWARD -> delivery.toServer(decision, packet, null, whole, in, out, now);
            case PASS -> PASS;
            case REJECT -> answers.toClient(IcmpError.PORT_UNREACHABLE, packet, in, out, 0, now);
            case DROP -> DROP;
        };
    }

    /** Whether the packet has options that must not pass. */
    private boolean isRefused(ByteBuffer in) {
        if (!packet.hasOptions() || !flows.serves(packet.family()) || Ipv4Options.mayPass(packet, in)) {
            return false;
        }
        malformed.increment();
        return true;
    }

    private long reply(@Nullable ReassemblyBuffer whole, ByteBuffer in, ByteBuffer out, int signal, long now) {
        IcmpError refusal = delivery.refusal(packet, whole, in);
        if (refusal != null) {
            // A router refuses such a packet before the director sees it: no state follows it.
            if (!flows.relatedReply(flow, connection)) {
                return UNKNOWN;
            }
            return isMasqueraded(flow, connection)
                    ? answers.toServer(
                            refusal,
                            packet,
                            in,
                            out,
                            refusal == IcmpError.TOO_BIG ? delivery.mtuToClient(packet) : 0,
                            now)
                    : PASS;
        }
        if (!flows.dispatchReply(flow, signal, packet.length(), connection, now)) {
            return UNKNOWN;
        }
        return isMasqueraded(flow, connection) ? delivery.toClient(connection, packet, null, whole, in, out) : PASS;
    }

    /** Whether a server's packet has to change: one that is not masqueraded answers as the virtual endpoint itself. */
    static boolean isMasqueraded(Flow reply, Flow connection) {
        return connection.destinationLow() != reply.sourceLow()
                || connection.destinationHigh() != reply.sourceHigh()
                || connection.destinationPort() != reply.sourcePort();
    }

    private ByteBuffer payload(ByteBuffer in) {
        ByteBuffer payload = view;
        if (payload == null || viewed != in) {
            payload = in.asReadOnlyBuffer();
            view = payload;
            viewed = in;
        }
        return payload.limit(packet.end()).position(packet.payload(in));
    }

    /** Collects what a plane needs; not thread-safe. */
    public static final class Builder {
        private static final int DEFAULT_MAX_REASSEMBLIES = 64;
        private static final int MAX_MAX_REASSEMBLIES = 65_536;
        private static final int DEFAULT_ANSWERS_PER_SECOND = 1000;
        private static final int MAX_ANSWERS_PER_SECOND = 1_000_000_000;

        private final Director director;
        private final PacketPaths paths;
        private int seed = ThreadLocalRandom.current().nextInt();
        private int maxReassemblies = DEFAULT_MAX_REASSEMBLIES;
        private int answersPerSecond = DEFAULT_ANSWERS_PER_SECOND;
        private boolean serverErrorsV6;

        private Builder(Director director, PacketPaths paths) {
            this.director = director;
            this.paths = paths;
        }

        /**
         * Where the plane starts to count the packets that it makes itself, and what it mixes into the source ports of GUE
         * tunnels; random by default. The same seed makes the same packets.
         */
        public Builder seed(int value) {
            seed = value;
            return this;
        }

        /**
         * How many packets may wait for missing fragments at a time; one more displaces the oldest. Each takes as much
         * memory as the largest packet so far in its place, at most 64 KiB. 1..{@value #MAX_MAX_REASSEMBLIES},
         * {@value #DEFAULT_MAX_REASSEMBLIES} by default.
         */
        public Builder maxReassemblies(int ceiling) {
            maxReassemblies = ceiling;
            return this;
        }

        /**
         * How many ICMP errors the plane sends per second, after a burst of 50; further ones are dropped and counted.
         * 1..{@value #MAX_ANSWERS_PER_SECOND}, {@value #DEFAULT_ANSWERS_PER_SECOND} by default, as in the kernel.
         */
        public Builder answersPerSecond(int rate) {
            answersPerSecond = rate;
            return this;
        }

        /**
         * Whether ICMPv6 errors from the side of the servers are translated for clients. IPVS verifies their checksums
         * without the pseudo header and so drops them, and so does the plane by default; this is ours.
         */
        public Builder translateServerErrorsV6(boolean value) {
            serverErrorsV6 = value;
            return this;
        }

        /**
         * Checks everything at once and builds the plane.
         *
         * @throws IllegalArgumentException naming every value that is out of range
         */
        public PacketPlane build() {
            List<String> problems = new ArrayList<>();
            check("maxReassemblies", maxReassemblies, MAX_MAX_REASSEMBLIES, problems);
            check("answersPerSecond", answersPerSecond, MAX_ANSWERS_PER_SECOND, problems);
            if (!problems.isEmpty()) {
                throw new IllegalArgumentException("packet plane: " + String.join("; ", problems));
            }
            return new PacketPlane(this);
        }

        private static void check(String name, int value, int max, List<String> problems) {
            if (value < 1 || value > max) {
                problems.add(name + " = " + value + " is outside 1.." + max);
            }
        }
    }
}
