package org.lvs4j.benchmarks.packet;

import java.nio.ByteBuffer;
import org.lvs4j.Decision;
import org.lvs4j.Director;
import org.lvs4j.Verdict;
import org.lvs4j.net.Flow;

/** The decisions of a director about packets that somebody else has read and will rewrite. */
final class DispatchPath implements PacketPath {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

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
        long decision = director.flows().dispatch(maker.fill(flow), maker.flags(), maker.length());
        return Decision.verdict(decision) == Verdict.FORWARD ? Decision.port(decision) : 0;
    }

    @Override
    public ByteBuffer output() {
        return NOTHING;
    }

    @Override
    public long live() {
        return PacketSetting.live(director);
    }
}
