package org.lvs4j.replay.fuzz;

import static org.lvs4j.replay.fuzz.Oracle.require;
import static org.lvs4j.replay.fuzz.ReferencePacket.u16;
import static org.lvs4j.replay.fuzz.ReferencePacket.u8;

import java.util.Arrays;
import org.lvs4j.service.Forwarding;

/** Decapsulates packets and verifies their outer headers. */
final class Tunnels {
    private Tunnels() {}

    static ReferencePacket open(ReferencePacket outer, Forwarding.Tunnel tunnel) {
        boolean checksum = tunnel.checksum() != Forwarding.Checksum.NONE;
        int at = outer.transport;
        int length = outer.bytes.length - at;
        int number;
        switch (tunnel.encapsulation()) {
            case IPIP -> number = outer.protocol;
            case GUE -> {
                require(outer.protocol == ReferencePacket.UDP, "GUE not in UDP");
                require(u16(outer.bytes, at + 2) == tunnel.port(), "port of GUE");
                require(u16(outer.bytes, at + 4) == length, "length of GUE");
                require((u16(outer.bytes, at + 6) != 0) == checksum, "checksum of GUE");
                require(!checksum || outer.transportSum() == 0xFFFF, "wrong checksum of GUE");
                require(u8(outer.bytes, at + 8) == 0 && u16(outer.bytes, at + 10) == 0, "header of GUE");
                number = u8(outer.bytes, at + 9);
                at += 12;
            }
            case GRE -> {
                require(outer.protocol == ReferencePacket.GRE, "wrong protocol number of GRE");
                require(u16(outer.bytes, at) == (checksum ? 0x8000 : 0), "flags of GRE");
                require(
                        !checksum || ReferencePacket.sum(outer.bytes, at, length, 0) == 0xFFFF,
                        "wrong checksum of GRE");
                int type = u16(outer.bytes, at + 2);
                number = type == 0x0800 ? 4 : type == 0x86DD ? 41 : 0;
                at += checksum ? 8 : 4;
            }
            default -> throw new AssertionError(tunnel);
        }
        ReferencePacket inner = ReferencePacket.parse(Arrays.copyOfRange(outer.bytes, at, outer.bytes.length));
        require(inner != null && inner.bytes.length == outer.bytes.length - at, "a malformed packet in a tunnel");
        require(number == (inner.v4 ? 4 : 41), "the tunnel header names another family");
        return inner;
    }
}
