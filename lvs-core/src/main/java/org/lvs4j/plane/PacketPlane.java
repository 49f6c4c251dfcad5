package org.lvs4j.plane;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.FlowDispatcher;
import org.lvs4j.internal.packet.Ipv4Options;
import org.lvs4j.internal.packet.PacketHeader;
import org.lvs4j.internal.packet.Reassembly;
import org.lvs4j.internal.packet.ReassemblyBuffer;

/**
 * A director for whole IP packets. It masquerades, tunnels or routes the packets of clients to real servers,
 * masquerades the replies of servers, translates ICMP errors about packets of connections, and answers with ICMP errors
 * in the cases in which IPVS does.
 *
 * <p>Assumptions: one thread at a time uses a plane; several planes may share a director. All fragments of a packet
 * reach the same plane. The input packet is from position to limit of {@code in}; the buffer may be heap or direct, and
 * read-only. The plane writes its packet from the position of {@code out}. The two buffers do not overlap. An output of
 * {@value PacketPaths#MAX_MTU} bytes is always sufficient; an output of the largest MTU of {@link PacketPaths} is
 * sufficient for every packet but fragments that are handed back.
 *
 * <p>Guarantees: regardless of the bytes, the result is a decision and never an exception. Nothing outside the input
 * packet is read; nothing outside the remaining part of {@code out} is written. Positions, limits and the bytes of
 * {@code in} do not change. A packet of a known connection costs no allocation.
 *
 * <p>Progress: that of {@link FlowDispatcher}.
 *
 * <p>Fragments are reassembled first, because only the first fragment has the ports. The packet leaves in the fragments
 * that it arrived in, if they fit the path: the last fragment to arrive releases all of them, through {@link #next}.
 *
 * <pre>{@code
 * PacketPlane plane = PacketPlane.builder(director, PacketPaths.fixed(1500, IpAddress.parse("192.168.0.1"))).build();
 * long decision = plane.process(in, out);
 * while (PacketDecision.length(decision) > 0) {
 *     out.limit(out.position() + PacketDecision.length(decision));
 *     send(PacketDecision.action(decision), PacketDecision.serverId(decision), out);
 *     out.clear();
 *     decision = plane.next(out);
 * }
 * }</pre>
 *
 * @see PacketDecision
 */
public final class PacketPlane {
    private static final long HOLD = PacketDecision.of(PacketAction.HOLD);

    private final Director director;
    private final FlowDispatcher flows;
    private final PacketOutput output;
    private final PacketAnswers answers;
    private final PacketTransport transport;
    private final PacketErrors errors;
    private final Reassembly reassembly;
    private final PacketHeader packet = new PacketHeader();
    private final LongAdder malformed = new LongAdder();

    private PacketPlane(Builder builder) {
        director = builder.director;
        flows = director.flows();
        output = new PacketOutput();
        AnswerLimit limit = new AnswerLimit(builder.answersPerSecond, director.advance());
        answers = new PacketAnswers(builder.paths, output, limit, builder.seed);
        PacketDelivery delivery = new PacketDelivery(director, builder.paths, output, answers, builder.seed);
        transport = new PacketTransport(flows, answers, delivery);
        errors = new PacketErrors(flows, delivery, builder.serverErrorsV6);
        reassembly = new Reassembly(builder.maxReassemblies);
    }

    /**
     * A builder for a plane. Each thread that handles packets builds its own plane; the planes may share the director
     * and the paths.
     *
     * @param director decides which server a packet goes to
     * @param paths the network paths around the director
     */
    public static Builder builder(Director director, PacketPaths paths) {
        return new Builder(requireNonNull(director, "director"), requireNonNull(paths, "paths"));
    }

    /**
     * Handles a packet without a firewall mark, as {@link #process(ByteBuffer, ByteBuffer, int)} does.
     *
     * @param in the packet
     * @param out receives the packet to send
     * @return a {@link PacketDecision}
     */
    public long process(ByteBuffer in, ByteBuffer out) {
        return process(in, out, 0);
    }

    /**
     * Handles a packet. Fragments of the previous packet that {@link #next} has not returned are discarded.
     *
     * @param in the packet, from position to limit; a plane reads no further than the length in the IP header
     * @param out receives the packet to send, from its position
     * @param mark the firewall mark of the packet as an unsigned number, 0 for none
     * @return a {@link PacketDecision}
     */
    public long process(ByteBuffer in, ByteBuffer out, int mark) {
        requireNonNull(in, "in");
        requireNonNull(out, "out");
        output.clear();
        long now = director.advance();
        PacketHeader.Kind kind = packet.parse(in, in.position(), in.limit());
        if (kind == PacketHeader.Kind.FRAGMENT) {
            return flows.serves(packet.family()) ? fragment(in, out, mark, now) : PacketOutput.PASS;
        }
        return whole(kind, null, in, out, mark, now);
    }

    /**
     * Writes the next packet of the last input: the next fragment. Call it while {@link PacketDecision#more} is true.
     *
     * @param out receives the packet, from its position
     * @return a {@link PacketDecision}; with {@link PacketAction#DROP} if there is no further packet
     */
    public long next(ByteBuffer out) {
        return output.next(requireNonNull(out, "out"));
    }

    /**
     * The packets that this plane has dropped so far. Any thread may call this; it sums adders and
     * allocates the result.
     */
    public PacketCounters counters() {
        return new PacketCounters(
                malformed.sum(),
                output.noRoom(),
                reassembly.refused(),
                reassembly.timedOut(),
                reassembly.displaced(),
                answers.suppressed());
    }

    private long fragment(ByteBuffer in, ByteBuffer out, int mark, long now) {
        ReassemblyBuffer reassembled = reassembly.add(packet, in, now);
        if (reassembled == null) {
            return HOLD;
        }
        ByteBuffer buffer = reassembled.buffer();
        PacketHeader.Kind kind = packet.parse(buffer, reassembled.start(), reassembled.limit());
        long decision = whole(kind, reassembled, buffer, out, mark, now);
        return decision == PacketOutput.PASS ? output.handBack(reassembled, packet.isV4(), out) : decision;
    }

    private long whole(
            PacketHeader.Kind kind,
            @Nullable ReassemblyBuffer reassembled,
            ByteBuffer in,
            ByteBuffer out,
            int mark,
            long now) {
        return switch (kind) {
            case TRANSPORT ->
                hasForbiddenOptions(in) ? PacketOutput.DROP : transport.handle(packet, reassembled, in, out, mark, now);
            case ICMP ->
                hasForbiddenOptions(in) ? PacketOutput.DROP : errors.handle(packet, reassembled, in, out, mark, now);
            case OTHER -> PacketOutput.PASS;
            case FRAGMENT, MALFORMED -> {
                malformed.increment();
                yield PacketOutput.DROP;
            }
        };
    }

    private boolean hasForbiddenOptions(ByteBuffer in) {
        if (!packet.hasOptions() || !flows.serves(packet.family()) || Ipv4Options.mayPass(packet, in)) {
            return false;
        }
        malformed.increment();
        return true;
    }

    /**
     * Collects the settings of a plane. Setters only store a value; {@link #build} validates all of them at
     * once. Not thread-safe.
     */
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
         * The first IP identification of the packets that the plane creates, also mixed into the hash that chooses the
         * source ports of GUE tunnels. Random by default; with the same seed, the same input gives the same bytes.
         *
         * @param value any value
         */
        public Builder seed(int value) {
            seed = value;
            return this;
        }

        /**
         * How many packets may wait for missing fragments at a time; one more evicts the oldest. Each takes as much
         * memory as the largest packet that has used its place, at most 64 KiB.
         *
         * @param ceiling 1..{@value #MAX_MAX_REASSEMBLIES}, {@value #DEFAULT_MAX_REASSEMBLIES} by default
         */
        public Builder maxReassemblies(int ceiling) {
            maxReassemblies = ceiling;
            return this;
        }

        /**
         * How many ICMP errors the plane sends per second after a burst of 50; further errors are suppressed and
         * counted. The default is that of the Linux kernel ({@code icmp_msgs_per_sec}, {@code icmp_msgs_burst}).
         *
         * @param rate 1..{@value #MAX_ANSWERS_PER_SECOND}, {@value #DEFAULT_ANSWERS_PER_SECOND} by default
         */
        public Builder answersPerSecond(int rate) {
            answersPerSecond = rate;
            return this;
        }

        /**
         * Whether ICMPv6 errors from the server side are translated for clients. IPVS verifies their checksums without
         * the pseudo header of RFC 4443, section 2.3, and so drops them. The plane does the same by default;
         * translating them is an extension.
         *
         * @param value false by default
         */
        public Builder translateServerErrorsV6(boolean value) {
            serverErrorsV6 = value;
            return this;
        }

        /**
         * Validates the settings and builds the plane.
         *
         * @throws IllegalArgumentException if values are out of range; the message names all of them
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
