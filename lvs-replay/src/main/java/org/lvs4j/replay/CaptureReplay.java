package org.lvs4j.replay;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.plane.PacketAction;
import org.lvs4j.plane.PacketDecision;
import org.lvs4j.plane.PacketPaths;
import org.lvs4j.plane.PacketPlane;
import org.lvs4j.replay.capture.CaptureReader;
import org.lvs4j.replay.capture.CaptureWriter;

/**
 * Sends the packets of a capture through a new director on the capture's clock, and writes the packets that the
 * director emits. The same capture always gives the same result: randomised schedulers and defences use a fixed seed,
 * and memory is never low. Not thread-safe.
 *
 * <pre>{@code
 * CaptureReplay replay = CaptureReplay.of(Director.builder(), PacketPaths.fixed(1500));
 * Rules.parse(rules, "web.rules").applyTo(replay.director());
 * try (CaptureReader reader = CaptureReader.open(Files.newInputStream(in), in.toString());
 *         CaptureWriter writer = CaptureWriter.open(Files.newOutputStream(out))) {
 *     while (replay.next(reader, writer)) {}
 * }
 * System.out.println(replay.summary());
 * }</pre>
 *
 * <p>The director's clock follows the timestamps of the capture, pauses included, so connections and templates expire
 * as they would have. When the timestamps go backwards, the clock stops until they reach their previous maximum. A
 * pause costs time for what expires in it, not for its length.
 */
public final class CaptureReplay {
    private static final long SEED = 1;
    private static final int OUTPUT_BYTES = 1 << 17;
    private static final long NOT_STARTED = -1;

    private final Director director;
    private final PacketPlane plane;
    private final List<Marking> markings = new ArrayList<>();
    private final ByteBuffer output = ByteBuffer.allocate(OUTPUT_BYTES);
    private final TruncatedPackets truncated = new TruncatedPackets();
    private final LargeSegments segments = new LargeSegments();
    private final CaptureSummary.Counts counts = new CaptureSummary.Counts();
    private PacketChecksums checksums = new PacketChecksums(false);
    private boolean forwardingTruncated;

    /** Whether the packet that the director sees is one of {@link #truncated}. */
    private boolean completingTruncated;

    private long nowNanos;
    private long reachedNanos = NOT_STARTED;
    private long spanNanos;

    private CaptureReplay(Director.Builder builder, PacketPaths paths) {
        director = builder.ticker(() -> nowNanos)
                .random(new SplittableRandom(SEED))
                .availablePages(() -> Long.MAX_VALUE)
                .build();
        plane = PacketPlane.builder(director, paths).seed((int) SEED).build();
    }

    /**
     * A replay without packets so far.
     *
     * @param builder builds the director; its ticker, random generator and source of free memory are replaced
     * @param paths the network paths around the director
     */
    public static CaptureReplay of(Director.Builder builder, PacketPaths paths) {
        return new CaptureReplay(requireNonNull(builder, "builder"), requireNonNull(paths, "paths"));
    }

    /**
     * Corrects the wrong checksums of later packets before the director sees them. IPVS does not: it keeps a wrong
     * checksum wrong. Checksums that a host has left to its network card are always completed.
     */
    public void repairChecksums() {
        checksums = new PacketChecksums(true);
    }

    /**
     * Gives later packets to an endpoint a firewall mark, which captures do not contain. If several marks apply to a
     * packet, the one added last is used. Fragments and packets without ports have no mark.
     *
     * @param protocol the protocol of the packets
     * @param virtual the destination of the packets; port 0 matches every port
     * @param mark an unsigned number, 0 for none
     */
    public void mark(Protocol protocol, Endpoint virtual, int mark) {
        requireNonNull(protocol, "protocol");
        IpAddress address = requireNonNull(virtual, "virtual").address();
        markings.add(new Marking(protocol, address, address.family().bits(), virtual.port(), mark));
    }

    /**
     * Replays later packets of which the capture has only the start (snapshot length) as far as they go: if the start
     * has the headers of IP and of TCP, UDP, SCTP or ICMP, the emitted packet has the same part of its payload. Their
     * checksums are not verified. Fragments are not replayed, as one that is incomplete would end in the middle of the
     * reassembled packet.
     */
    public void forwardTruncated() {
        forwardingTruncated = true;
    }

    /** The director of this replay: configure it before the first packet. */
    public Director director() {
        return director;
    }

    /**
     * Replays the next frame of the capture.
     *
     * @param reader reads the capture
     * @param writer receives the packets that the director emits, with the timestamp of the packet that caused them;
     *     null to discard them
     * @return false at the end of the capture, and then nothing is replayed
     * @throws org.lvs4j.replay.capture.CaptureException if the capture is damaged
     * @throws IOException if reading or writing fails
     */
    public boolean next(CaptureReader reader, @Nullable CaptureWriter writer) throws IOException {
        requireNonNull(reader, "reader");
        if (!reader.next()) {
            counts.cutShort = reader.cutShort();
            return false;
        }
        counts.frames++;
        moveTo(reader.timeNanos());
        director.advance();
        switch (reader.content()) {
            case PACKET -> packet(reader, writer);
            case CUT -> cut(reader, writer);
            case OTHER -> counts.other++;
            case UNKNOWN_LINK -> counts.unknownLink++;
        }
        return true;
    }

    /** The frames and packets so far, and the services of the director with their counters. Allocates a snapshot. */
    public CaptureSummary summary() {
        return counts.summary(spanNanos, director.services());
    }

    private void moveTo(long timeNanos) {
        if (reachedNanos == NOT_STARTED) {
            reachedNanos = timeNanos;
        }
        long passed = timeNanos - reachedNanos;
        if (passed < 0) {
            counts.backwards++;
            return;
        }
        spanNanos += passed;
        reachedNanos = timeNanos;
        nowNanos += passed;
    }

    private void packet(CaptureReader reader, @Nullable CaptureWriter writer) throws IOException {
        ByteBuffer packet = reader.packet();
        if (LargeSegments.isLarge(packet)) {
            if (!segments.start(packet)) {
                counts.large++;
                return;
            }
            counts.segmented++;
            while (segments.pending()) {
                process(segments.next(), reader.timeNanos(), writer);
            }
            return;
        }
        checksums.finish(packet);
        counts.wrongChecksums += checksums.wrong() ? 1 : 0;
        counts.unfinishedChecksums += checksums.unfinished() ? 1 : 0;
        process(packet, reader.timeNanos(), writer);
    }

    private void cut(CaptureReader reader, @Nullable CaptureWriter writer) throws IOException {
        ByteBuffer packet = forwardingTruncated ? truncated.complete(reader.packet()) : null;
        if (packet == null) {
            counts.cut++;
            return;
        }
        counts.truncated++;
        completingTruncated = true;
        process(packet, reader.timeNanos(), writer);
        completingTruncated = false;
        for (ByteBuffer emitted : truncated.emitted()) {
            if (writer != null) {
                writer.write(reader.timeNanos(), emitted, emitted.capacity());
            }
        }
    }

    private void process(ByteBuffer packet, long timeNanos, @Nullable CaptureWriter writer) throws IOException {
        counts.packets++;
        long decision = plane.process(packet, output, markings.isEmpty() ? 0 : markOf(packet));
        counts.count(decision);
        write(decision, timeNanos, writer);
        while (PacketDecision.more(decision)) {
            decision = plane.next(output);
            write(decision, timeNanos, writer);
        }
    }

    private int markOf(ByteBuffer bytes) {
        IpPacket packet = IpPacket.read(bytes, bytes.position(), bytes.limit());
        Protocol protocol = packet == null || packet.fragment() ? null : packet.protocol();
        if (packet == null || protocol == null) {
            return 0;
        }
        Endpoint virtual = new Endpoint(packet.destination(), packet.destinationPort());
        int mark = 0;
        for (Marking marking : markings) {
            if (marking.matches(protocol, virtual)) {
                mark = marking.mark();
            }
        }
        return mark;
    }

    private void write(long decision, long timeNanos, @Nullable CaptureWriter writer) throws IOException {
        boolean sent = switch (PacketDecision.action(decision)) {
            case SEND, ROUTE_DIRECT, ANSWER -> true;
            case PASS, DROP, HOLD -> false;
        };
        if (sent) {
            counts.emitted++;
            ByteBuffer packet = output.limit(output.position() + PacketDecision.length(decision));
            if (completingTruncated && PacketDecision.action(decision) != PacketAction.ANSWER) {
                truncated.emit(packet);
            } else if (writer != null) {
                writer.write(timeNanos, packet);
            }
        }
        output.clear();
    }
}
