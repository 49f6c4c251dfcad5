package org.lvs4j.benchmarks.packet;

import java.nio.ByteBuffer;
import org.lvs4j.Decision;
import org.lvs4j.Director;
import org.lvs4j.Verdict;
import org.lvs4j.net.Flow;

/** Requests the decision of a director about each packet. The flow is known, and the packet is not rewritten. */
final class DispatchPath implements PacketPath {
    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    private final Director director;
    private final Flow flow = new Flow();

    DispatchPath(PacketSetting setting) {
        director = setting.director();
    }

    @Override
    public void open(PacketMaker maker, ByteBuffer packet) {
        if (pass(maker, packet) == 0) {
            throw new IllegalStateException("not forwarded: " + flow);
        }
    }

    @Override
    public int pass(PacketMaker maker, ByteBuffer packet) {
        long decision = director.flows().dispatch(maker.fill(flow), maker.tcpFlags(), maker.length());
        return Decision.verdict(decision) == Verdict.FORWARD ? Decision.port(decision) : 0;
    }

    @Override
    public ByteBuffer output() {
        return EMPTY;
    }

    @Override
    public long live() {
        return PacketSetting.live(director);
    }
}
