package org.lvs4j.benchmarks.packet;

import org.lvs4j.benchmarks.hot.StorePeer;

/** What is done with a packet. */
public enum PacketPeer {
    /** This library: parsed, looked up, followed, rewritten. */
    LVS4J {
        @Override
        PacketPath path(PacketSetting setting) {
            return new PlanePath(setting);
        }
    },

    /** The director's decision alone, of a flow that is known already: look-up, time, state, counters. */
    DISPATCH {
        @Override
        PacketPath path(PacketSetting setting) {
            return new DispatchPath(setting);
        }
    },

    /** The connection table alone: look-up, state and time. */
    TABLE {
        @Override
        PacketPath path(PacketSetting setting) {
            return new TablePath(StorePeer.TABLE.store(setting.connections(), setting.clock()));
        }
    },

    /** A plain copy of the packet from one buffer to the other. */
    COPY {
        @Override
        PacketPath path(PacketSetting setting) {
            return new CopyPath(setting.buffer());
        }
    },

    /** Nothing: the cost of the benchmark itself, which makes the packet. */
    NONE {
        @Override
        PacketPath path(PacketSetting setting) {
            return new CopyPath(setting.buffer()) {
                @Override
                public int pass(PacketMaker maker, java.nio.ByteBuffer packet) {
                    return packet.limit();
                }
            };
        }
    };

    /** The way of a peer, without connections. */
    abstract PacketPath path(PacketSetting setting);
}
