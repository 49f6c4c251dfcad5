package org.lvs4j.benchmarks.packet;

import org.lvs4j.benchmarks.hot.StorePeer;

/** The implementations that are measured. */
public enum PacketPeer {
    /** This library: the packet is parsed, its connection found and updated, and the packet rewritten. */
    LVS4J {
        @Override
        PacketPath path(PacketSetting setting) {
            return new PlanePath(setting);
        }
    },

    /** The director's decision alone, for a given flow: look-up, time, state, counters. */
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

    /** A copy of the packet from one buffer to the other. */
    COPY {
        @Override
        PacketPath path(PacketSetting setting) {
            return new CopyPath(setting.buffer());
        }
    },

    /** Nothing: the cost of making the packet. */
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

    /** A new path without connections. */
    abstract PacketPath path(PacketSetting setting);
}
