package org.lvs4j.benchmarks.packet;

import java.nio.ByteBuffer;

/** Copies each packet from one buffer to another. */
class CopyPath implements PacketPath {
    private final ByteBuffer out;

    CopyPath(ByteBuffer out) {
        this.out = out;
    }

    @Override
    public void open(PacketMaker maker, ByteBuffer packet) {}

    @Override
    public int pass(PacketMaker maker, ByteBuffer packet) {
        int length = packet.limit();
        out.put(0, packet, 0, length);
        return length;
    }

    @Override
    public final ByteBuffer output() {
        return out;
    }

    @Override
    public final long live() {
        return -1;
    }
}
