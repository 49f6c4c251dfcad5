package org.lvs4j.examples.standalone;

import java.util.HexFormat;
import java.util.List;
import org.lvs4j.replay.PacketEmission;

/** Finds the first difference between expected and emitted packets. */
final class PacketDifference {
    private static final int SHOWN_BYTES = 8;

    private PacketDifference() {}

    /** One line with the first packet, byte and field that differ, and some bytes of both. */
    static String describe(List<PacketEmission> expected, List<PacketEmission> given) {
        int both = Math.min(expected.size(), given.size());
        for (int i = 0; i < both; i++) {
            String difference = describe(expected.get(i), given.get(i));
            if (!difference.isEmpty()) {
                return both > 1 ? "packet " + (i + 1) + ": " + difference : difference;
            }
        }
        if (expected.size() != given.size()) {
            return "expected " + counted(expected) + ", given " + counted(given);
        }
        return "no difference";
    }

    private static String counted(List<PacketEmission> packets) {
        return switch (packets.size()) {
            case 0 -> "nothing";
            case 1 ->
                "a packet to the " + packets.get(0).wire() + " wire (" + PacketField.name(bytes(packets.get(0)), 0)
                        + ")";
            default -> packets.size() + " packets";
        };
    }

    private static String describe(PacketEmission expected, PacketEmission given) {
        if (expected.wire() != given.wire()) {
            return "expected on the " + expected.wire() + " wire, given on the " + given.wire() + " wire";
        }
        byte[] wanted = bytes(expected);
        byte[] found = bytes(given);
        int common = Math.min(wanted.length, found.length);
        for (int at = 0; at < common; at++) {
            if (wanted[at] != found[at] && !varies(expected, at)) {
                return PacketField.name(wanted, at) + " (byte " + at + "): expected " + shown(wanted, at) + ", given "
                        + shown(found, at);
            }
        }
        return wanted.length == found.length
                ? ""
                : "expected " + Count.of(wanted.length, "byte") + ", given " + found.length;
    }

    private static boolean varies(PacketEmission packet, int at) {
        for (PacketEmission.Range range : packet.varying()) {
            if (at >= range.offset() && at < range.offset() + range.length()) {
                return true;
            }
        }
        return false;
    }

    private static byte[] bytes(PacketEmission packet) {
        return HexFormat.of().parseHex(packet.hex());
    }

    private static String shown(byte[] bytes, int at) {
        int end = Math.min(bytes.length, at + SHOWN_BYTES);
        return HexFormat.ofDelimiter(" ").formatHex(bytes, at, end) + (end < bytes.length ? " ..." : "");
    }
}
