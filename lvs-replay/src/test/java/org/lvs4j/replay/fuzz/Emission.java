package org.lvs4j.replay.fuzz;

import java.util.Arrays;
import java.util.HexFormat;
import org.lvs4j.plane.PacketAction;

/** A packet that a plane has written, with its action and server. */
record Emission(PacketAction action, int serverId, byte[] bytes) {
    @Override
    public boolean equals(Object other) {
        return other instanceof Emission that
                && action == that.action
                && serverId == that.serverId
                && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return action + " " + serverId + " " + HexFormat.of().formatHex(bytes);
    }
}
