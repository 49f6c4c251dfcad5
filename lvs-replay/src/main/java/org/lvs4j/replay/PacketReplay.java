package org.lvs4j.replay;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.config.RuleException;
import org.lvs4j.plane.PacketAction;
import org.lvs4j.plane.PacketDecision;
import org.lvs4j.plane.PacketPlane;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.Sysctl;

/**
 * Plays recorded packets through directors of their own, one for each session, and compares what comes out byte for byte.
 * The director stands where that of the recordings stood: between two {@linkplain Wire wires}, with the virtual addresses
 * 10.0.0.100-102, 10.0.1.0/24 and fd00:1::100-101 and its own 10.0.0.1, fd00:1::1, 192.168.0.1 and fd00:2:ffff::1, on a host
 * that routes. Time stands still. The same records always give the same packets.
 *
 * <p>Whether a network card had verified a packet's checksums does not matter, as the recordings show.
 */
public final class PacketReplay {
    private static final int SEED = 1;
    /** As in the recordings, where nothing limits them. */
    private static final int ANSWERS_PER_SECOND = 1_000_000_000;

    private static final int BUFFER_BYTES = 1 << 17;

    private final Map<String, Session> sessions = new HashMap<>();
    private final ByteBuffer out = ByteBuffer.allocate(BUFFER_BYTES);
    private final ByteBuffer host = ByteBuffer.allocate(BUFFER_BYTES);

    /** A replay in which no session has begun. */
    public PacketReplay() {}

    private record Session(Director director, PacketPlane plane, RecordedHost host) {}

    /**
     * Plays records in order and compares.
     *
     * @param source what to call them
     * @throws TraceException if the engine refuses the rules of one
     */
    public static PacketReplayResult run(List<PacketRecord> records, String source) throws TraceException {
        PacketReplay replay = new PacketReplay();
        List<Mismatch> mismatches = new ArrayList<>();
        List<List<PacketEmission>> emissions = new ArrayList<>();
        int compared = 0;
        for (PacketRecord record : requireNonNull(records, "records")) {
            List<PacketEmission> given = replay.play(record);
            emissions.add(given);
            List<PacketEmission> expected = record.expected();
            if (expected != null) {
                compared++;
                if (!agree(expected, given)) {
                    mismatches.add(new Mismatch(record.line(), record.name(), expected.toString(), given.toString()));
                }
            }
        }
        return new PacketReplayResult(source, compared, mismatches, emissions);
    }

    private static boolean agree(List<PacketEmission> expected, List<PacketEmission> given) {
        boolean agree = expected.size() == given.size();
        for (int i = 0; agree && i < expected.size(); i++) {
            agree = expected.get(i).agreesWith(given.get(i));
        }
        return agree;
    }

    /**
     * Gives a packet to the director of its session, which begins with the first record that names it.
     *
     * @return what comes out, in order
     * @throws TraceException if the engine refuses the rules of the session
     */
    public List<PacketEmission> play(PacketRecord record) throws TraceException {
        Session session = sessions.get(record.session());
        if (session == null) {
            session = begin(record);
            sessions.put(record.session(), session);
        }
        ByteBuffer in = ByteBuffer.wrap(HexFormat.of().parseHex(record.packet()));
        List<PacketEmission> emissions = new ArrayList<>();
        out.clear();
        long verdict = session.plane.process(in, out);
        while (true) {
            PacketEmission emission = emission(session, in, verdict);
            if (emission != null) {
                emissions.add(emission);
            }
            if (!PacketDecision.more(verdict)) {
                return emissions;
            }
            out.clear();
            verdict = session.plane.next(out);
        }
    }

    private Session begin(PacketRecord record) throws TraceException {
        Director director = Director.builder()
                .ticker(() -> 0)
                .random(new SplittableRandom(SEED))
                .availablePages(() -> Long.MAX_VALUE)
                .build();
        for (Map.Entry<Sysctl, Integer> setting : record.settings().entrySet()) {
            director.setSysctl(setting.getKey(), setting.getValue());
        }
        try {
            record.rules().applyTo(director);
        } catch (RuleException e) {
            throw TraceException.at(
                    record.name(),
                    record.line(),
                    1,
                    record.session(),
                    e.getMessage() + ", in session",
                    "rules it takes");
        }
        RecordedNetwork network = new RecordedNetwork(record.clientMtu(), record.serverMtu());
        PacketPlane plane = PacketPlane.builder(director, network)
                .seed(SEED)
                .answersPerSecond(ANSWERS_PER_SECOND)
                .build();
        return new Session(director, plane, new RecordedHost(network));
    }

    private @Nullable PacketEmission emission(Session session, ByteBuffer in, long verdict) {
        int length = PacketDecision.length(verdict);
        if (PacketDecision.action(verdict) == PacketAction.PASS) {
            ByteBuffer passed = length == 0 ? in : out.limit(length);
            host.clear();
            int written = session.host.handle(passed, host);
            return written == 0 ? null : emission(session, host, written, null);
        }
        if (length == 0) {
            return null;
        }
        RealServer nextHop = PacketDecision.action(verdict) == PacketAction.ROUTE_DIRECT
                ? session.director.flows().server(PacketDecision.serverId(verdict))
                : null;
        return emission(session, out, length, nextHop);
    }

    private static PacketEmission emission(Session session, ByteBuffer from, int length, @Nullable RealServer nextHop) {
        byte[] bytes = new byte[length];
        from.get(from.position(), bytes);
        Wire wire = nextHop == null
                ? session.host.wireOf(from, length)
                : RecordedNetwork.wireTo(
                        nextHop.endpoint().address().family(),
                        nextHop.endpoint().address().high(),
                        nextHop.endpoint().address().low());
        return new PacketEmission(
                wire == null ? Wire.CLIENT : wire, HexFormat.of().formatHex(bytes), List.of());
    }
}
