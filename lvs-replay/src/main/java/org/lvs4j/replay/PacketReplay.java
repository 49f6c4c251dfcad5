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
 * Replays recorded packets through directors, one for each session, and compares the emitted packets byte for byte. A
 * director has the surroundings of the recordings: two {@linkplain Wire wires}; the virtual addresses 10.0.0.100-102,
 * 10.0.1.0/24 and fd00:1::100-101; its own addresses 10.0.0.1, fd00:1::1, 192.168.0.1 and fd00:2:ffff::1; a host that
 * forwards packets. Its clock does not advance. The same records always give the same packets. Not thread-safe.
 *
 * <pre>{@code
 * List<PacketRecord> records = PacketRecords.parse(Files.readString(file), file.toString());
 * PacketReplayResult result = PacketReplay.run(records, file.toString());
 * result.mismatches().forEach(System.out::println);
 * System.out.println(result.summary());
 * }</pre>
 */
public final class PacketReplay {
    private static final int SEED = 1;
    /** Effectively unlimited, as in the recordings. */
    private static final int ANSWERS_PER_SECOND = 1_000_000_000;

    private static final int BUFFER_BYTES = 1 << 17;

    private final Map<String, Session> sessions = new HashMap<>();
    private final ByteBuffer out = ByteBuffer.allocate(BUFFER_BYTES);
    private final ByteBuffer host = ByteBuffer.allocate(BUFFER_BYTES);

    /** A replay without sessions. */
    public PacketReplay() {}

    private record Session(Director director, PacketPlane plane, RecordedHost host) {}

    /**
     * Replays records in order and compares the emitted packets with the expected ones.
     *
     * @param records the records; those without expected packets are replayed but not compared
     * @param source the name of the recording in the result
     * @throws TraceException if the director refuses the rules of a record
     */
    public static PacketReplayResult run(List<PacketRecord> records, String source) throws TraceException {
        requireNonNull(source, "source");
        PacketReplay replay = new PacketReplay();
        List<Mismatch> mismatches = new ArrayList<>();
        List<List<PacketEmission>> emissions = new ArrayList<>();
        int compared = 0;
        for (PacketRecord record : requireNonNull(records, "records")) {
            List<PacketEmission> emitted = replay.play(record);
            emissions.add(emitted);
            List<PacketEmission> expected = record.expected();
            if (expected != null) {
                compared++;
                if (!agree(expected, emitted)) {
                    mismatches.add(new Mismatch(record.line(), record.name(), expected.toString(), emitted.toString()));
                }
            }
        }
        return new PacketReplayResult(source, compared, mismatches, emissions);
    }

    private static boolean agree(List<PacketEmission> expected, List<PacketEmission> emitted) {
        boolean agree = expected.size() == emitted.size();
        for (int i = 0; agree && i < expected.size(); i++) {
            agree = expected.get(i).agreesWith(emitted.get(i));
        }
        return agree;
    }

    /**
     * Replays one record. The first record of a session creates its director, with the rules, settings and MTUs
     * of that record.
     *
     * @return the emitted packets, in order; modifiable
     * @throws TraceException if the director refuses the rules of the session
     */
    public List<PacketEmission> play(PacketRecord record) throws TraceException {
        Session session = sessions.get(requireNonNull(record, "record").session());
        if (session == null) {
            session = begin(record);
            sessions.put(record.session(), session);
        }
        ByteBuffer in = ByteBuffer.wrap(HexFormat.of().parseHex(record.packet()));
        List<PacketEmission> emissions = new ArrayList<>();
        out.clear();
        long decision = session.plane.process(in, out);
        while (true) {
            PacketEmission emission = emission(session, in, decision);
            if (emission != null) {
                emissions.add(emission);
            }
            if (!PacketDecision.more(decision)) {
                return emissions;
            }
            out.clear();
            decision = session.plane.next(out);
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
                    "rules that the director accepts");
        }
        RecordedNetwork network = new RecordedNetwork(record.clientMtu(), record.serverMtu());
        PacketPlane plane = PacketPlane.builder(director, network)
                .seed(SEED)
                .answersPerSecond(ANSWERS_PER_SECOND)
                .build();
        return new Session(director, plane, new RecordedHost(network));
    }

    private @Nullable PacketEmission emission(Session session, ByteBuffer in, long decision) {
        int length = PacketDecision.length(decision);
        if (PacketDecision.action(decision) == PacketAction.PASS) {
            ByteBuffer passed = length == 0 ? in : out.limit(length);
            host.clear();
            int written = session.host.handle(passed, host);
            return written == 0 ? null : emission(host, written, null);
        }
        if (length == 0) {
            return null;
        }
        RealServer nextHop = PacketDecision.action(decision) == PacketAction.ROUTE_DIRECT
                ? session.director.flows().server(PacketDecision.serverId(decision))
                : null;
        return emission(out, length, nextHop);
    }

    private static PacketEmission emission(ByteBuffer from, int length, @Nullable RealServer nextHop) {
        byte[] bytes = new byte[length];
        from.get(from.position(), bytes);
        Wire wire = nextHop == null
                ? RecordedHost.wireOf(from, length)
                : RecordedNetwork.wireTo(nextHop.endpoint().address());
        return new PacketEmission(
                wire == null ? Wire.CLIENT : wire, HexFormat.of().formatHex(bytes), List.of());
    }
}
