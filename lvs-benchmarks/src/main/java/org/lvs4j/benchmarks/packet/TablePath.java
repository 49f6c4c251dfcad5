package org.lvs4j.benchmarks.packet;

import java.nio.ByteBuffer;
import org.lvs4j.benchmarks.hot.ConnectionStore;
import org.lvs4j.net.Flow;

/** Looks up the connection of each packet in a store. The flow is known, and the packet is not rewritten. */
final class TablePath implements PacketPath {
    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    private final ConnectionStore store;
    private final Flow flow = new Flow();

    TablePath(ConnectionStore store) {
        this.store = store;
    }

    @Override
    public void open(PacketMaker maker, ByteBuffer packet) {
        store.place(maker.fill(flow));
    }

    @Override
    public int pass(PacketMaker maker, ByteBuffer packet) {
        return store.follow(maker.fill(flow)) + 1;
    }

    @Override
    public ByteBuffer output() {
        return EMPTY;
    }

    @Override
    public long live() {
        return store.live();
    }
}
