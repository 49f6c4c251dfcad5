package org.lvs4j.replay;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.internal.packet.PacketHeader;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.plane.PacketDecision;
import org.lvs4j.plane.PacketPaths;
import org.lvs4j.plane.PacketPlane;
import org.lvs4j.replay.capture.CaptureReader;
import org.lvs4j.replay.capture.CaptureWriter;

/**
 * Sends the packets of a capture through a director of its own on the capture's clock, and writes what comes out. The same
 * capture always gives the same result: schedulers and defences that draw lots draw them from a fixed seed, and memory is
 * never low. Not thread-safe.
 *
 * <pre>{@code
 * CaptureReplay replay = CaptureReplay.of(Director.builder(), PacketPaths.fixed(1500));
 * rules.applyTo(replay.director());
 * while (replay.next(reader, writer)) {}
 * System.out.println(replay.summary());
 * }</pre>
 *
 * <p>Time runs as the capture says, idle hours included, and timers end what they would have ended. Where the capture's
 * clock goes back, the director's stands still until the capture is where it was. A pause of more than
 * two days is cut as soon as no connection and no template is left, or when it is longer than any timer.
 */
public final class CaptureReplay {
    /** A pause of so many days is waited for in any case: schedulers forget what they know within one. */
    private static final int SURE_IDLE_DAYS = 2;

    /** The longest pause that is waited for, in days: the longest timeout is 31. */
    private static final int MAX_IDLE_DAYS = 32;

    private static final long DAY_NANOS = TimeUnit.DAYS.toNanos(1);
    private static final long SEED = 1;
    private static final int OUTPUT_BYTES = 1 << 17;
    private static final long NOT_STARTED = -1;

    private final Director director;
    private final PacketPlane plane;
    private final List<Marking> markings = new ArrayList<>();
    private final PacketHeader header = new PacketHeader();
    private final ByteBuffer output = ByteBuffer.allocate(OUTPUT_BYTES);
    private final CaptureSummary.Counts counts = new CaptureSummary.Counts();
    private PacketChecksums checksums = new PacketChecksums(false);
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
     * A replay at its start.
     *
     * @param builder for the director; clock, randomness and memory are set here
     * @param paths the network around the director
     */
    public static CaptureReplay of(Director.Builder builder, PacketPaths paths) {
        return new CaptureReplay(requireNonNull(builder, "builder"), requireNonNull(paths, "paths"));
    }

    /**
     * Has wrong checksums of the capture made right before the director sees them. Not what IPVS does, which hands them on as
     * they are. Checksums that a machine has left to its network card are finished anyway.
     */
    public void repairChecksums() {
        checksums = new PacketChecksums(true);
    }

    /**
     * Gives packets a firewall mark, which captures do not have. Of several that apply to a packet the last one counts;
     * fragments get none.
     *
     * @param virtual where the packets go; port 0 stands for every port
     * @param mark as an unsigned number
     */
    public void mark(Protocol protocol, Endpoint virtual, int mark) {
        IpAddress address = virtual.address();
        markings.add(new Marking(protocol, address, address.family().bits(), virtual.port(), mark));
    }

    /** The director, to be configured before the first packet. */
    public Director director() {
        return director;
    }

    /**
     * Takes the next frame of the capture.
     *
     * @param writer gets what comes out, with the time of what went in; null to do without
     * @return false at the end of the capture
     * @throws org.lvs4j.replay.capture.CaptureException if the capture is damaged
     * @throws IOException if something cannot be read or written
     */
    public boolean next(CaptureReader reader, @Nullable CaptureWriter writer) throws IOException {
        if (!reader.next()) {
            counts.cutShort = reader.cutShort();
            return false;
        }
        counts.frames++;
        moveTo(reader.timeNanos());
        director.advance();
        switch (reader.content()) {
            case PACKET -> packet(reader, writer);
            case CUT -> counts.cut++;
            case OTHER -> counts.other++;
            case UNKNOWN_LINK -> counts.unknownLink++;
        }
        return true;
    }

    /** What has happened so far. */
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
        int days = 0;
        for (; passed > DAY_NANOS && (days < SURE_IDLE_DAYS || days < MAX_IDLE_DAYS && !isIdle()); days++) {
            nowNanos += DAY_NANOS;
            passed -= DAY_NANOS;
            director.advance();
        }
        if (passed > DAY_NANOS) {
            counts.pausesCut++;
        } else {
            nowNanos += passed;
        }
    }

    private boolean isIdle() {
        return director.connections().isEmpty() && director.templates().isEmpty();
    }

    private void packet(CaptureReader reader, @Nullable CaptureWriter writer) throws IOException {
        ByteBuffer packet = reader.packet();
        counts.packets++;
        checksums.finish(packet);
        counts.wrongChecksums += checksums.wrong() ? 1 : 0;
        counts.unfinishedChecksums += checksums.unfinished() ? 1 : 0;
        long verdict = plane.process(packet, output, markings.isEmpty() ? 0 : markOf(packet));
        counts.count(verdict);
        write(verdict, reader.timeNanos(), writer);
        while (PacketDecision.more(verdict)) {
            verdict = plane.next(output);
            write(verdict, reader.timeNanos(), writer);
        }
    }

    private int markOf(ByteBuffer packet) {
        if (header.parse(packet, packet.position(), packet.limit()) != PacketHeader.Kind.TRANSPORT) {
            return 0;
        }
        IpAddress address = IpAddress.of(header.family(), header.destinationHigh(), header.destinationLow());
        Endpoint virtual = new Endpoint(address, header.destinationPort());
        int mark = 0;
        for (Marking marking : markings) {
            if (marking.matches(header.protocol(), virtual)) {
                mark = marking.mark();
            }
        }
        return mark;
    }

    private void write(long verdict, long timeNanos, @Nullable CaptureWriter writer) throws IOException {
        boolean sent = switch (PacketDecision.action(verdict)) {
            case SEND, ROUTE_DIRECT, ANSWER -> true;
            case PASS, DROP, HOLD -> false;
        };
        if (sent) {
            counts.emitted++;
            if (writer != null) {
                writer.write(timeNanos, output.limit(output.position() + PacketDecision.length(verdict)));
            }
        }
        output.clear();
    }
}
