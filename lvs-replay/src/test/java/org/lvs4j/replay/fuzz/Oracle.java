package org.lvs4j.replay.fuzz;

import static org.lvs4j.replay.fuzz.SlowPacket.put16;
import static org.lvs4j.replay.fuzz.SlowPacket.u16;
import static org.lvs4j.replay.fuzz.SlowPacket.u8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;
import org.lvs4j.plane.PacketAction;
import org.lvs4j.plane.PacketDecision;
import org.lvs4j.plane.PacketPaths;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;

/**
 * Judges what comes out of a plane: it takes back by itself what the plane should have changed, and compares with what went
 * in. Headers, lengths and checksums of what comes out are read anew.
 */
final class Oracle {
    private final IntFunction<RealServer> servers;
    private final PacketPaths paths;
    private final Pieces pieces = new Pieces();
    private final SeenFlows flows = new SeenFlows();

    Oracle(IntFunction<RealServer> servers, PacketPaths paths) {
        this.servers = servers;
        this.paths = paths;
    }

    /** To be called when so much time has passed that no fragment is kept any longer. */
    void forgetFragments() {
        pieces.clear();
    }

    /**
     * Judges.
     *
     * @param given the packet as it went in
     * @param out what came out of it
     * @param complete false if there was no room for all of it
     */
    void check(byte[] given, List<Emission> out, boolean complete) {
        SlowPacket input = SlowPacket.parse(given);
        SlowPacket whole = input;
        if (input != null && input.fragment) {
            byte[] joined = pieces.add(input);
            whole = joined == null ? null : SlowPacket.parse(joined);
        }
        if (input != null) {
            flows.add(input, whole);
        }
        if (out.isEmpty()) {
            return;
        }
        require(input != null, "something came out of what is no packet");
        if (input.fragment) {
            pieces.forget(input);
        }
        List<SlowPacket> parts = parts(out);
        if (complete) {
            boolean cut = input.fragment || parts.size() > 1;
            check(input, whole, cut, out.get(0), joined(parts));
        }
    }

    private List<SlowPacket> parts(List<Emission> out) {
        List<SlowPacket> parts = new ArrayList<>();
        Emission first = out.get(0);
        for (Emission emission : out) {
            SlowPacket part = SlowPacket.parse(emission.bytes());
            require(part != null, "what came out has a broken IP header");
            require(part.bytes.length == emission.bytes().length, "what came out has another length than it says");
            require(
                    emission.action() == first.action() && emission.serverId() == first.serverId(),
                    "one packet, two ways");
            require(out.size() == 1 || part.fragment, "several packets out of one, but no fragments");
            if (emission.action() == PacketAction.SEND || emission.action() == PacketAction.ROUTE_DIRECT) {
                require(part.bytes.length <= mtu(emission, part), "larger than the path allows");
            }
            parts.add(part);
        }
        return parts;
    }

    private int mtu(Emission emission, SlowPacket part) {
        IpAddress to = emission.action() == PacketAction.ROUTE_DIRECT
                ? server(emission).endpoint().address()
                : address(part.destination);
        return paths.mtu(to.family(), to.high(), to.low());
    }

    private static SlowPacket joined(List<SlowPacket> parts) {
        if (!parts.get(0).fragment) {
            return parts.get(0);
        }
        byte[] joined = Pieces.join(parts);
        require(joined != null, "the fragments that came out do not make a packet");
        SlowPacket packet = SlowPacket.parse(joined);
        require(packet != null, "the fragments that came out make a broken packet");
        return packet;
    }

    private RealServer server(Emission emission) {
        RealServer server = servers.apply(emission.serverId());
        require(server != null, "sent to an unknown server");
        return server;
    }

    static IpAddress address(byte[] bytes) {
        return IpAddress.of(
                bytes.length == 4 ? AddressFamily.IPV4 : AddressFamily.IPV6,
                bytes.length == 4 ? 0 : long64(bytes, 0),
                bytes.length == 4 ? SlowPacket.u32(bytes, 0) : long64(bytes, 8));
    }

    private static long long64(byte[] bytes, int at) {
        return SlowPacket.u32(bytes, at) << 32 | SlowPacket.u32(bytes, at + 4);
    }

    private void check(SlowPacket input, SlowPacket in, boolean cut, Emission emission, SlowPacket out) {
        switch (emission.action()) {
            case PASS -> {
                require(input.fragment, "a whole packet handed back as another one");
                if (in != null) {
                    same(blank(in, true, null), blank(out, true, null), "handed back with a difference");
                }
            }
            case ROUTE_DIRECT -> {
                require(
                        server(emission).forwarding().method() == Forwarding.Method.DIRECT,
                        "routed to a server of another method");
                if (in != null) {
                    forwarded(in, out, cut);
                }
            }
            case SEND -> {
                if (emission.serverId() == PacketDecision.NO_SERVER) {
                    if (in != null) {
                        translated(in, out, cut, null);
                    }
                } else if (server(emission).forwarding().tunnel() != null) {
                    forwardedInside(in, out, input.fragment, server(emission));
                } else if (in != null) {
                    translated(in, out, cut, server(emission));
                }
            }
            case ANSWER -> answer(input, in, out);
            case DROP, HOLD -> throw new AssertionError("a packet with the verdict " + emission.action());
        }
    }

    /** A packet that goes on as it is. */
    private static void forwarded(SlowPacket in, SlowPacket out, boolean cut) {
        require(out.ttl() == in.ttl() - 1 && out.ttl() > 0, "TTL not one less");
        same(blank(in, cut, null), blank(out, cut, null), "changed on its way");
    }

    private void forwardedInside(SlowPacket in, SlowPacket out, boolean cut, RealServer server) {
        require(address(out.destination).equals(server.endpoint().address()), "tunnel to another address");
        SlowPacket inner = Tunnels.open(out, server.forwarding().tunnel());
        require(out.ttl() == inner.ttl(), "TTL of the tunnel");
        IpAddress to = address(out.destination);
        IpAddress own = paths.source(to.family(), to.high(), to.low());
        require(address(out.source).equals(own), "tunnel from another address");
        if (in != null) {
            forwarded(in, inner, cut);
        }
    }

    /** A packet of which the destination became the server, or, without one, the source the virtual endpoint. */
    private void translated(SlowPacket in, SlowPacket out, boolean cut, RealServer server) {
        require(out.ttl() == in.ttl() - 1 && out.ttl() > 0, "TTL not one less");
        require(out.protocol == in.protocol && out.transport == in.transport, "another protocol");
        require(in.hasPorts() || in.isIcmp(), "a protocol without ports translated");
        Boolean toServer = server != null;
        same(blank(in, cut, toServer), blank(out, cut, toServer), "more changed than addresses and ports");
        if (server != null) {
            require(address(out.destination).equals(server.endpoint().address()), "sent to another address");
        }
        if (in.isIcmp()) {
            require(!in.v4 || in.transportSum() == 0xFFFF, "an ICMP error with a wrong checksum translated");
            require(out.transportSum() == 0xFFFF, "wrong ICMP checksum");
            SlowPacket quoted = quoted(out);
            require(!out.v4 || SlowPacket.sum(quoted.bytes, 0, quoted.transport, 0) == 0xFFFF, "wrong quoted checksum");
            require(
                    server != null
                            || flows.hasSent(
                                    quoted.protocol,
                                    quoted.source,
                                    quoted.sourcePort(),
                                    quoted.destination,
                                    quoted.destinationPort()),
                    "an error about a packet that no client has sent");
            return;
        }
        if (server == null) {
            require(
                    flows.hasSent(in.protocol, out.destination, out.destinationPort(), out.source, out.sourcePort()),
                    "an answer from whom no client has asked");
        } else {
            int port = server.endpoint().port();
            require(out.destinationPort() == port || out.destinationPort() == in.destinationPort(), "another port");
        }
        checksum(in, out);
    }

    private static void checksum(SlowPacket in, SlowPacket out) {
        int at = in.checksumAt();
        if (in.protocol == SlowPacket.SCTP) {
            boolean changed = SlowPacket.u32(in.bytes, in.transport) != SlowPacket.u32(out.bytes, in.transport);
            long right = changed ? out.crc() : SlowPacket.u32(in.bytes, at);
            require(SlowPacket.u32(out.bytes, at) == right, "wrong SCTP checksum");
        } else if (in.protocol == SlowPacket.UDP && u16(in.bytes, at) == 0) {
            require(out.transportSum() == 0xFFFF && u16(out.bytes, at) != 0, "no UDP checksum made");
        } else {
            require(in.protocol != SlowPacket.UDP || u16(out.bytes, at) != 0, "UDP checksum became none");
            require(out.transportSum() == in.transportSum(), "checksum not as right or wrong as before");
        }
    }

    private static SlowPacket quoted(SlowPacket error) {
        SlowPacket quoted =
                SlowPacket.parseQuoted(Arrays.copyOfRange(error.bytes, error.transport + 8, error.bytes.length));
        require(quoted != null, "a broken packet quoted");
        return quoted;
    }

    private static void answer(SlowPacket input, SlowPacket in, SlowPacket out) {
        require(out.isIcmp() && !out.fragment, "an answer that is not ICMP");
        require(Arrays.equals(out.destination, input.source), "an answer to somebody else");
        require(out.ttl() == 64, "an answer with another TTL");
        require(out.transportSum() == 0xFFFF, "an answer with a wrong checksum");
        require(out.bytes.length <= (out.v4 ? 576 : 1280), "an answer that quotes too much");
        int type = u8(out.bytes, out.transport);
        require(out.v4 ? type == 3 || type == 11 : type >= 1 && type <= 3, "an answer of another type");
        SlowPacket quoted = quoted(out);
        require(!out.v4 || SlowPacket.sum(quoted.bytes, 0, quoted.transport, 0) == 0xFFFF, "wrong quoted checksum");
        if (in != null) {
            byte[] expected = Arrays.copyOf(blank(in, true, null), quoted.bytes.length);
            same(expected, blank(quoted, true, null), "an answer that quotes something else");
        }
    }

    /** A packet without what may change on its way. */
    private static byte[] blank(SlowPacket packet, boolean cut, Boolean toServer) {
        byte[] blank = packet.bytes.clone();
        ip(blank, 0, packet, toServer);
        if (packet.v4 && cut) {
            put16(blank, 6, 0);
        }
        if (toServer == null) {
            return blank;
        }
        if (!packet.isIcmp()) {
            put16(blank, packet.transport + (toServer ? 2 : 0), 0);
            int at = packet.checksumAt();
            Arrays.fill(blank, at, at + (packet.protocol == SlowPacket.SCTP ? 4 : 2), (byte) 0);
            return blank;
        }
        put16(blank, packet.checksumAt(), 0);
        SlowPacket quoted = quoted(packet);
        int at = packet.transport + 8;
        byte before = quoted.bytes[quoted.ttlAt];
        ip(blank, at, quoted, !toServer);
        blank[at + quoted.ttlAt] = before;
        put16(blank, at + quoted.transport + (toServer ? 0 : 2), 0);
        return blank;
    }

    private static void ip(byte[] blank, int at, SlowPacket packet, Boolean destination) {
        blank[at + packet.ttlAt] = 0;
        if (packet.v4) {
            put16(blank, at + 10, 0);
            for (int i = 20; i < packet.transport && at == 0; i++) {
                if (packet.bytes[i] == 7) {
                    // The route is recorded here.
                    Arrays.fill(blank, 20, packet.transport, (byte) 0);
                }
            }
        }
        if (destination != null) {
            int from = at + (packet.v4 ? destination ? 16 : 12 : destination ? 24 : 8);
            Arrays.fill(blank, from, from + packet.source.length, (byte) 0);
        }
    }

    private static void same(byte[] expected, byte[] actual, String problem) {
        int at = Arrays.mismatch(expected, actual);
        if (at >= 0) {
            throw new AssertionError(
                    problem + ", first at byte " + at + " of " + expected.length + " and " + actual.length);
        }
    }

    static void require(boolean condition, String problem) {
        if (!condition) {
            throw new AssertionError(problem);
        }
    }
}
