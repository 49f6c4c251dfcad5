package org.lvs4j.replay.fuzz;

import static org.lvs4j.replay.fuzz.Oracle.require;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.lvs4j.Director;
import org.lvs4j.config.RuleException;
import org.lvs4j.plane.PacketAction;
import org.lvs4j.plane.PacketDecision;
import org.lvs4j.plane.PacketPaths;
import org.lvs4j.plane.PacketPlane;
import org.lvs4j.service.RealServer;

/** A director with its plane. Every packet is processed between guard bytes. */
final class Subject {
    private static final int GUARD = 64;
    private static final int SIZE = 1 << 17;
    private static final int MOST_FRAGMENTS = 20_000;

    final Director director;
    final PacketPlane plane;
    private final Map<Integer, RealServer> servers = new HashMap<>();
    private final byte guard;
    private final ByteBuffer heap = ByteBuffer.allocate(SIZE);
    private final ByteBuffer direct = ByteBuffer.allocateDirect(SIZE);
    private final ByteBuffer readOnly = heap.asReadOnlyBuffer();
    private final ByteBuffer heapOut = ByteBuffer.allocate(SIZE);
    private final ByteBuffer directOut = ByteBuffer.allocateDirect(SIZE);
    private final byte[] guards = new byte[GUARD];
    private final byte[] found = new byte[GUARD];
    private int placed;

    /** The decisions about the last packet, as text. */
    String decisions = "";

    /** Whether the output had room for every packet of the last input. */
    boolean complete;

    Subject(Scenario scenario, PacketPaths paths, LongSupplier clock, byte guard) {
        this.guard = guard;
        Arrays.fill(guards, guard);
        director = Director.builder()
                .ticker(clock)
                .random(new SplittableRandom(1))
                .availablePages(() -> Long.MAX_VALUE)
                .maxConnections(4000)
                .build();
        scenario.settings().forEach(director::setSysctl);
        try {
            scenario.rules().applyTo(director);
        } catch (RuleException e) {
            throw new IllegalStateException(e);
        }
        plane = PacketPlane.builder(director, paths)
                .seed(1)
                .answersPerSecond(1_000_000_000)
                .translateServerErrorsV6(scenario.name().length() % 2 == 0)
                .build();
    }

    /** A server that a packet was sent to, even if it has been removed since. */
    RealServer server(int id) {
        return servers.get(id);
    }

    /** Processes a packet; verifies the decisions and that the plane respects the bounds of the buffers. */
    List<Emission> process(byte[] packet, int mark, int lead, int room, int kind) {
        ByteBuffer in = place(packet, lead, kind);
        ByteBuffer out = (kind & 4) == 0 ? heapOut : directOut;
        prepare(out, GUARD - lead, room);
        long decision = plane.process(in, out, mark);
        List<Emission> emissions = new ArrayList<>(1);
        StringBuilder text = new StringBuilder();
        complete = true;
        boolean more;
        do {
            text.append(PacketDecision.toString(decision)).append("; ");
            int length = PacketDecision.length(decision);
            PacketAction action = PacketDecision.action(decision);
            more = PacketDecision.more(decision);
            require(length <= room, "a packet longer than the output");
            require(
                    out.position() == GUARD - lead && out.remaining() == room,
                    "position or limit of the output have changed");
            require(
                    length == 0 || action != PacketAction.DROP && action != PacketAction.HOLD,
                    "a dropped or held packet in the output");
            require(
                    length > 0
                            || action == PacketAction.PASS
                            || action == PacketAction.DROP
                            || action == PacketAction.HOLD,
                    "an action that needs a packet, without a packet");
            require(length > 0 || !more, "more packets after no packet");
            if (length > 0) {
                byte[] bytes = new byte[length];
                out.get(out.position(), bytes);
                int id = PacketDecision.serverId(decision);
                if (id != PacketDecision.NO_SERVER && director.flows().server(id) != null) {
                    servers.put(id, director.flows().server(id));
                }
                emissions.add(new Emission(action, id, bytes));
                require(emissions.size() < MOST_FRAGMENTS, "an endless number of fragments");
            } else if (!emissions.isEmpty()) {
                complete = false;
            }
            checkGuards(out, room);
            if (more) {
                prepare(out, GUARD - lead, room);
                decision = plane.next(out);
            }
        } while (more);
        require(
                in.position() == placed && in.remaining() == packet.length,
                "position or limit of the input have changed");
        require(in.mismatch(ByteBuffer.wrap(packet)) < 0, "the input has changed");
        require(hasGuards(in, packet.length), "written around the input");
        decisions = text.toString();
        return emissions;
    }

    private ByteBuffer place(byte[] packet, int lead, int kind) {
        ByteBuffer into = (kind & 1) == 0 ? heap : direct;
        into.clear();
        into.put(0, guards);
        into.put(lead, packet);
        into.put(lead + packet.length, guards);
        placed = lead;
        ByteBuffer in = (kind & 3) == 0 ? readOnly : into;
        return in.clear().position(lead).limit(lead + packet.length);
    }

    private void prepare(ByteBuffer out, int position, int room) {
        out.clear();
        out.put(0, guards).put(position + room, guards);
        out.position(position).limit(position + room);
    }

    private void checkGuards(ByteBuffer out, int room) {
        require(hasGuards(out, room), "written outside the output");
    }

    private boolean hasGuards(ByteBuffer buffer, int length) {
        int position = buffer.position();
        int limit = buffer.limit();
        buffer.clear();
        buffer.get(0, found, 0, GUARD);
        boolean before = Arrays.equals(found, 0, position, guards, 0, position);
        buffer.get(position + length, found, 0, GUARD);
        buffer.position(position).limit(limit);
        return before && Arrays.equals(found, guards);
    }
}
