package org.lvs4j.replay.fuzz;

import static org.lvs4j.replay.fuzz.Oracle.require;

import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;
import org.lvs4j.plane.PacketAction;
import org.lvs4j.plane.PacketPaths;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;

/**
 * Some thousand cases with one director. A case is a packet and its consequences, such as a reply. At the end time
 * advances until every connection has expired. A case depends only on its number and on the state that earlier cases
 * have left.
 */
final class Episode implements PacketPaths {
    private static final IpAddress[] OWN = {
        IpAddress.parse("10.0.0.1"),
        IpAddress.parse("192.168.0.1"),
        IpAddress.parse("fd00:1::1"),
        IpAddress.parse("fd00:2:ffff::1")
    };
    /** Room for every packet. */
    private static final int FULL_ROOM = 66_000;

    private static final Sysctl[] SETTINGS = {
        Sysctl.CONN_REUSE_MODE,
        Sysctl.EXPIRE_NODEST_CONN,
        Sysctl.PMTU_DISC,
        Sysctl.SLOPPY_TCP,
        Sysctl.SLOPPY_SCTP,
        Sysctl.SECURE_TCP,
        Sysctl.DROP_PACKET,
        Sysctl.EXPIRE_QUIESCENT_TEMPLATE
    };

    private final Scenario scenario;
    private final long seed;
    private final Subject subject;
    /**
     * A second director with other guard bytes and other buffers; null in most episodes, because it doubles the cost.
     */
    private final Subject twin;

    private final Oracle oracle;
    private long nowNanos = 1;
    private long sinceNanos;
    private byte[] packet = {};
    private SplittableRandom random = new SplittableRandom(0);

    final Set<PacketAction> actions = EnumSet.noneOf(PacketAction.class);
    long packets;
    long emitted;

    Episode(Scenario scenario, long seed, boolean twins) {
        this.scenario = scenario;
        this.seed = seed;
        subject = new Subject(scenario, this, () -> nowNanos, (byte) 0xA5);
        twin = twins ? new Subject(scenario, this, () -> nowNanos, (byte) 0x45) : null;
        oracle = new Oracle(subject::server, this);
    }

    /** The last input packet, in hex. */
    String packet() {
        return HexFormat.of().formatHex(packet);
    }

    String decisions() {
        return subject.decisions;
    }

    private List<Subject> subjects() {
        return twin == null ? List.of(subject) : List.of(subject, twin);
    }

    /** Processes the packets of the scenario unchanged. */
    void begin() {
        random = new SplittableRandom(seed);
        if (random.nextInt(16) != 0) {
            // Rate estimation costs more than everything else.
            subjects().forEach(one -> one.director.setSysctl(Sysctl.RUN_ESTIMATION, 0));
        }
        for (byte[] recorded : scenario.packets()) {
            process(recorded, 0, FULL_ROOM);
        }
    }

    void play(int number) {
        random = new SplittableRandom(seed ^ number * 0x9E37_79B9_7F4A_7C15L);
        PacketGenerator generator = new PacketGenerator(random);
        Mutations mutations = new Mutations(random, generator);
        advance();
        if (random.nextInt(500) == 0) {
            reconfigure();
        }
        byte[] base = base(generator);
        byte[] input = switch (random.nextInt(12)) {
            case 0 -> base;
            case 1 -> mutations.noise();
            default ->
                scenario.packets().isEmpty() && random.nextInt(3) == 0 ? base : mutations.of(base, base(generator));
        };
        int mark = random.nextInt(4) == 0 ? 7 + random.nextInt(2) : 0;
        int room = switch (random.nextInt(24)) {
            case 0 -> random.nextInt(120);
            case 1 -> Math.max(0, input.length - 4 + random.nextInt(60));
            case 2 -> 1500;
            default -> FULL_ROOM;
        };
        List<byte[]> inputs = random.nextInt(10) == 0 ? mutations.fragments(input) : List.of(input);
        for (byte[] one : inputs) {
            List<Emission> emissions = process(one, mark, room);
            if (!emissions.isEmpty() && random.nextInt(3) == 0) {
                follow(emissions.get(0), generator, mutations, mark);
            }
        }
    }

    private byte[] base(PacketGenerator generator) {
        return scenario.packets().isEmpty() || random.nextInt(32) == 0
                ? generator.packet()
                : scenario.packets().get(random.nextInt(scenario.packets().size()));
    }

    /** Processes a possible answer of a server, a client or a router. */
    private void follow(Emission emission, PacketGenerator generator, Mutations mutations, int mark) {
        byte[] back = random.nextInt(3) == 0 ? generator.error(emission.bytes()) : generator.reply(emission.bytes());
        if (random.nextInt(3) == 0) {
            back = mutations.of(back, emission.bytes());
        }
        for (byte[] one : random.nextInt(8) == 0 ? mutations.fragments(back) : List.of(back)) {
            process(one, mark, FULL_ROOM);
        }
    }

    private List<Emission> process(byte[] input, int mark, int room) {
        packet = input;
        if (input.length > 65_600) {
            return List.of();
        }
        int lead = random.nextInt(64);
        int kind = random.nextInt(8);
        List<Emission> emissions = subject.process(input, mark, lead, room, kind);
        packets++;
        emitted += emissions.size();
        emissions.forEach(emission -> actions.add(emission.action()));
        oracle.check(input, emissions, subject.complete);
        if (twin != null) {
            List<Emission> again = twin.process(input, mark, 63 - lead, room, 7 - kind);
            require(
                    subject.decisions.equals(twin.decisions),
                    "other decisions with other guard bytes: " + twin.decisions);
            require(emissions.equals(again), "other packets with other guard bytes: " + emissions + " and " + again);
        }
        return emissions;
    }

    /** Advances by a short time in which no fragment expires, or by a long time in which all expire. */
    private void advance() {
        long step = TimeUnit.MICROSECONDS.toNanos(random.nextInt(random.nextInt(100) == 0 ? 2_000_000 : 2000));
        if (random.nextInt(1500) == 0 || sinceNanos + step > TimeUnit.SECONDS.toNanos(29)) {
            step = TimeUnit.SECONDS.toNanos(61 + random.nextInt(random.nextInt(6) == 0 ? 900 : 10));
            oracle.forgetFragments();
            sinceNanos = -step;
        }
        sinceNanos += step;
        nowNanos += step;
    }

    private void reconfigure() {
        List<ServiceSnapshot> services = subject.director.services();
        ServiceSnapshot service = services.get(random.nextInt(services.size()));
        int change = random.nextInt(4);
        Sysctl sysctl = SETTINGS[random.nextInt(SETTINGS.length)];
        int value = random.nextInt(sysctl.min(), Math.min(3, sysctl.max()) + 1);
        int index = random.nextInt(1 << 16);
        for (Subject one : subjects()) {
            if (change < 2) {
                one.director.setSysctl(sysctl, value);
            } else if (!service.servers().isEmpty()) {
                ServiceKey key = service.service().key();
                var server =
                        service.servers().get(index % service.servers().size()).server();
                one.director.removeServer(key, server.endpoint());
                if (change == 2) {
                    one.director.addServer(key, server);
                }
            }
        }
    }

    /** Advances until every connection has expired, and verifies that nothing is left. */
    void end() {
        for (int i = 0; i < 4; i++) {
            nowNanos += TimeUnit.MINUTES.toNanos(8);
            subject.director.advance();
        }
        require(subject.director.connections().isEmpty(), "connections left: " + subject.director.connections());
        require(subject.director.templates().isEmpty(), "templates left: " + subject.director.templates());
        for (ServiceSnapshot service : subject.director.services()) {
            for (ServerSnapshot server : service.servers()) {
                require(
                        server.active() == 0 && server.inactive() == 0,
                        "expired connections are still counted: " + server);
            }
        }
        oracle.forgetFragments();
        long displaced = subject.plane.counters().reassembliesDisplaced();
        random = new SplittableRandom(seed);
        PacketGenerator generator = new PacketGenerator(random);
        for (int i = 0; i < 64; i++) {
            byte[] fragment = generator.ip(new byte[] {10, 80, 0, 1}, new byte[] {10, 0, 0, 100}, new byte[25]);
            ReferencePacket.put16(fragment, 4, i);
            ReferencePacket.put16(fragment, 6, 0x2000);
            Repair.header(fragment, 0);
            process(fragment, 0, FULL_ROOM);
        }
        require(subject.plane.counters().reassembliesDisplaced() == displaced, "fragments have not expired");
    }

    // ---- the network paths

    @Override
    public int mtu(AddressFamily family, long high, long low) {
        return isServerSide(family, high, low) ? scenario.serverMtu() : scenario.clientMtu();
    }

    @Override
    public IpAddress source(AddressFamily family, long high, long low) {
        return OWN[(family == AddressFamily.IPV4 ? 0 : 2) + (isServerSide(family, high, low) ? 1 : 0)];
    }

    private static boolean isServerSide(AddressFamily family, long high, long low) {
        return family == AddressFamily.IPV4 ? low >>> 16 == 0xC0A8 : high >>> 32 == 0xfd00_0002L;
    }
}
