package org.lvs4j.replay.fuzz;

import static org.lvs4j.replay.fuzz.ReferencePacket.u16;
import static org.lvs4j.replay.fuzz.ReferencePacket.u8;

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
 * Verifies the output of a plane: it masks the fields that the plane may change and compares the rest with the input.
 * Headers, lengths and checksums of the output are parsed independently of the plane.
 */
final class Oracle {
    private final IntFunction<RealServer> servers;
    private final PacketPaths paths;
    private final ReferenceReassembly fragments = new ReferenceReassembly();
    private final SeenFlows flows = new SeenFlows();

    Oracle(IntFunction<RealServer> servers, PacketPaths paths) {
        this.servers = servers;
        this.paths = paths;
    }

    /** Discards all fragments, when so much time has passed that the plane's have expired. */
    void forgetFragments() {
        fragments.clear();
    }

    /**
     * Verifies the output for one input.
     *
     * @param given the input packet
     * @param out the output packets
     * @param complete false if the output buffer had no room for all of them
     */
    void check(byte[] given, List<Emission> out, boolean complete) {
        ReferencePacket input = ReferencePacket.parse(given);
        ReferencePacket whole = input;
        if (input != null && input.fragment) {
            byte[] joined = fragments.add(input);
            whole = joined == null ? null : ReferencePacket.parse(joined);
        }
        if (input != null) {
            flows.add(input, whole);
        }
        if (out.isEmpty()) {
            return;
        }
        require(input != null, "output for an input that is not a packet");
        if (input.fragment) {
            fragments.discard(input);
        }
        List<ReferencePacket> parts = parts(out);
        if (complete) {
            boolean fragmented = input.fragment || parts.size() > 1;
            check(input, whole, fragmented, out.get(0), joined(parts));
        }
    }

    private List<ReferencePacket> parts(List<Emission> out) {
        List<ReferencePacket> parts = new ArrayList<>();
        Emission first = out.get(0);
        for (Emission emission : out) {
            ReferencePacket part = ReferencePacket.parse(emission.bytes());
            require(part != null, "output with a malformed IP header");
            require(part.bytes.length == emission.bytes().length, "output of another length than its header has");
            require(
                    emission.action() == first.action() && emission.serverId() == first.serverId(),
                    "fragments of one packet with different actions or servers");
            require(out.size() == 1 || part.fragment, "several output packets that are not fragments");
            if (emission.action() == PacketAction.SEND || emission.action() == PacketAction.ROUTE_DIRECT) {
                require(part.bytes.length <= mtu(emission, part), "output larger than the path MTU");
            }
            parts.add(part);
        }
        return parts;
    }

    private int mtu(Emission emission, ReferencePacket part) {
        IpAddress to = emission.action() == PacketAction.ROUTE_DIRECT
                ? server(emission).endpoint().address()
                : address(part.destination);
        return paths.mtu(to.family(), to.high(), to.low());
    }

    private static ReferencePacket joined(List<ReferencePacket> parts) {
        if (!parts.get(0).fragment) {
            return parts.get(0);
        }
        byte[] joined = ReferenceReassembly.join(parts);
        require(joined != null, "output fragments that do not form a packet");
        ReferencePacket packet = ReferencePacket.parse(joined);
        require(packet != null, "output fragments that form a malformed packet");
        return packet;
    }

    private RealServer server(Emission emission) {
        RealServer server = servers.apply(emission.serverId());
        require(server != null, "output for an unknown server");
        return server;
    }

    static IpAddress address(byte[] bytes) {
        return IpAddress.of(
                bytes.length == 4 ? AddressFamily.IPV4 : AddressFamily.IPV6,
                bytes.length == 4 ? 0 : long64(bytes, 0),
                bytes.length == 4 ? ReferencePacket.u32(bytes, 0) : long64(bytes, 8));
    }

    private static long long64(byte[] bytes, int at) {
        return ReferencePacket.u32(bytes, at) << 32 | ReferencePacket.u32(bytes, at + 4);
    }

    private void check(
            ReferencePacket input, ReferencePacket in, boolean fragmented, Emission emission, ReferencePacket out) {
        switch (emission.action()) {
            case PASS -> {
                require(input.fragment, "a whole packet handed back in the output");
                if (in != null) {
                    Mask.same(Mask.blank(in, true, null), Mask.blank(out, true, null), "handed back with changes");
                }
            }
            case ROUTE_DIRECT -> {
                require(
                        server(emission).forwarding().method() == Forwarding.Method.DIRECT,
                        "routed to a server of another method");
                if (in != null) {
                    forwarded(in, out, fragmented);
                }
            }
            case SEND -> {
                if (emission.serverId() == PacketDecision.NO_SERVER) {
                    if (in != null) {
                        translated(in, out, fragmented, null);
                    }
                } else if (server(emission).forwarding().tunnel() != null) {
                    forwardedInside(in, out, input.fragment, server(emission));
                } else if (in != null) {
                    translated(in, out, fragmented, server(emission));
                }
            }
            case ANSWER -> answer(input, in, out);
            case DROP, HOLD -> throw new AssertionError("output with the action " + emission.action());
        }
    }

    /** A packet that is forwarded unchanged except its TTL. */
    private static void forwarded(ReferencePacket in, ReferencePacket out, boolean fragmented) {
        require(out.ttl() == in.ttl() - 1 && out.ttl() > 0, "TTL not decremented");
        Mask.same(Mask.blank(in, fragmented, null), Mask.blank(out, fragmented, null), "forwarded with changes");
    }

    private void forwardedInside(ReferencePacket in, ReferencePacket out, boolean fragmented, RealServer server) {
        require(address(out.destination).equals(server.endpoint().address()), "tunnel to another address");
        ReferencePacket inner = Tunnels.open(out, server.forwarding().tunnel());
        require(out.ttl() == inner.ttl(), "the TTL of the outer header differs from the inner one");
        IpAddress to = address(out.destination);
        IpAddress own = paths.source(to.family(), to.high(), to.low());
        require(address(out.source).equals(own), "tunnel from another address");
        if (in != null) {
            forwarded(in, inner, fragmented);
        }
    }

    /** A packet whose destination became the server, or, without a server, whose source became the virtual endpoint. */
    private void translated(ReferencePacket in, ReferencePacket out, boolean fragmented, RealServer server) {
        require(out.ttl() == in.ttl() - 1 && out.ttl() > 0, "TTL not decremented");
        require(out.protocol == in.protocol && out.transport == in.transport, "another protocol");
        require(in.hasPorts() || in.isIcmp(), "a translated packet of a protocol without ports");
        Boolean toServer = server != null;
        Mask.same(
                Mask.blank(in, fragmented, toServer),
                Mask.blank(out, fragmented, toServer),
                "changes other than addresses and ports");
        if (server != null) {
            require(address(out.destination).equals(server.endpoint().address()), "sent to another address");
        }
        if (in.isIcmp()) {
            require(!in.v4 || in.transportSum() == 0xFFFF, "a translated ICMP error with a wrong checksum");
            require(out.transportSum() == 0xFFFF, "wrong ICMP checksum");
            ReferencePacket quoted = Mask.quoted(out);
            require(
                    !out.v4 || ReferencePacket.sum(quoted.bytes, 0, quoted.transport, 0) == 0xFFFF,
                    "wrong quoted checksum");
            require(
                    server != null
                            || flows.hasSent(
                                    quoted.protocol,
                                    quoted.source,
                                    quoted.sourcePort(),
                                    quoted.destination,
                                    quoted.destinationPort()),
                    "an error about a packet that no client sent");
            return;
        }
        if (server == null) {
            require(
                    flows.hasSent(in.protocol, out.destination, out.destinationPort(), out.source, out.sourcePort()),
                    "a reply to a client that sent no packet");
        } else {
            int port = server.endpoint().port();
            require(out.destinationPort() == port || out.destinationPort() == in.destinationPort(), "another port");
        }
        checksum(in, out);
    }

    private static void checksum(ReferencePacket in, ReferencePacket out) {
        int at = in.checksumAt();
        if (in.protocol == ReferencePacket.SCTP) {
            boolean changed =
                    ReferencePacket.u32(in.bytes, in.transport) != ReferencePacket.u32(out.bytes, in.transport);
            long right = changed ? out.crc() : ReferencePacket.u32(in.bytes, at);
            require(ReferencePacket.u32(out.bytes, at) == right, "wrong SCTP checksum");
        } else if (in.protocol == ReferencePacket.UDP && u16(in.bytes, at) == 0) {
            require(out.transportSum() == 0xFFFF && u16(out.bytes, at) != 0, "no UDP checksum computed");
        } else {
            require(in.protocol != ReferencePacket.UDP || u16(out.bytes, at) != 0, "the UDP checksum became zero");
            require(out.transportSum() == in.transportSum(), "the error of the checksum has changed");
        }
    }

    private static void answer(ReferencePacket input, ReferencePacket in, ReferencePacket out) {
        require(out.isIcmp() && !out.fragment, "an answer that is not ICMP");
        require(Arrays.equals(out.destination, input.source), "an answer to another address than the sender");
        require(out.ttl() == 64, "an answer with another TTL");
        require(out.transportSum() == 0xFFFF, "an answer with a wrong checksum");
        require(out.bytes.length <= (out.v4 ? 576 : 1280), "an answer that quotes too much");
        int type = u8(out.bytes, out.transport);
        require(out.v4 ? type == 3 || type == 11 : type >= 1 && type <= 3, "an answer of another type");
        ReferencePacket quoted = Mask.quoted(out);
        require(
                !out.v4 || ReferencePacket.sum(quoted.bytes, 0, quoted.transport, 0) == 0xFFFF,
                "wrong quoted checksum");
        if (in != null) {
            byte[] expected = Arrays.copyOf(Mask.blank(in, true, null), quoted.bytes.length);
            Mask.same(expected, Mask.blank(quoted, true, null), "an answer that quotes another packet");
        }
    }

    static void require(boolean condition, String problem) {
        if (!condition) {
            throw new AssertionError(problem);
        }
    }
}
