package org.lvs4j.benchmarks.packet;

import java.nio.ByteBuffer;
import org.lvs4j.benchmarks.hot.ConnectionStore;
import org.lvs4j.net.Flow;

/** Follows the connections of packets in a store, without looking into the packets. */
final class TablePath implements PacketPath {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

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
        return NOTHING;
    }

    @Override
    public long live() {
        return store.live();
    }
}
