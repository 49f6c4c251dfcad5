package org.lvs4j.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.MessageSizeEstimator;

/**
 * Counts a queued buffer by the memory that it holds, not by the bytes in it. Otherwise a sender of many tiny segments
 * could make the queue of a slow receiver hold many times the limit.
 */
final class CapacityEstimator implements MessageSizeEstimator {
    static final CapacityEstimator INSTANCE = new CapacityEstimator();

    private static final Handle HANDLE = CapacityEstimator::capacity;

    private CapacityEstimator() {}

    private static int capacity(Object message) {
        if (message instanceof ByteBuf buffer) {
            return buffer.capacity();
        }
        return message instanceof ByteBufHolder holder ? holder.content().capacity() : 0;
    }

    @Override
    public Handle newHandle() {
        return HANDLE;
    }
}
