package org.lvs4j.benchmarks.packet;

import java.nio.ByteBuffer;
import org.lvs4j.Director;
import org.lvs4j.net.IpAddress;
import org.lvs4j.plane.PacketDecision;
import org.lvs4j.plane.PacketPaths;
import org.lvs4j.plane.PacketPlane;

/** Passes each packet through the packet plane of a director. */
final class PlanePath implements PacketPath {
    private final Director director;
    private final PacketPlane plane;
    private final ByteBuffer out;

    PlanePath(PacketSetting setting) {
        director = setting.director();
        plane = PacketPlane.builder(
                        director,
                        PacketPaths.fixed(1500, IpAddress.parse("192.168.255.254"), IpAddress.parse("fd00:2:ffff::1")))
                .build();
        out = setting.buffer();
    }

    @Override
    public void open(PacketMaker maker, ByteBuffer packet) {
        long decision = plane.process(packet, out);
        if (PacketDecision.length(decision) == 0 || PacketDecision.serverId(decision) == PacketDecision.NO_SERVER) {
            throw new IllegalStateException("not forwarded: " + PacketDecision.toString(decision));
        }
    }

    @Override
    public int pass(PacketMaker maker, ByteBuffer packet) {
        return PacketDecision.length(plane.process(packet, out));
    }

    @Override
    public ByteBuffer output() {
        return out;
    }

    @Override
    public long live() {
        return PacketSetting.live(director);
    }
}
