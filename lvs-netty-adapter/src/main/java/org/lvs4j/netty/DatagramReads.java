package org.lvs4j.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;

/**
 * Provides the buffers into which datagrams are read, with room for the largest one. If there is no memory for such a
 * buffer, a smaller one takes its place: otherwise NIO would close the socket, io_uring would stop reading, and epoll
 * would report the same datagram without end. What is read meanwhile is dropped unless it fits.
 */
final class DatagramReads extends DefaultMaxMessagesRecvByteBufAllocator {
    /** Above the size of nearly every datagram, so that one of exactly this size has most likely been cut. */
    static final int SMALL_BYTES = 2047;

    private final int bytes;

    DatagramReads(int bytes) {
        this.bytes = bytes;
    }

    @Override
    @SuppressWarnings("deprecation") // The return type is that of the overridden method.
    public Handle newHandle() {
        return new Sizes();
    }

    /** Whether a datagram may have been cut, because it fills a buffer of the smaller size. */
    static boolean maybeCut(ByteBuf datagram) {
        if (datagram.readableBytes() != SMALL_BYTES) {
            return false;
        }
        ByteBuf buffer = datagram;
        for (ByteBuf whole = buffer.unwrap(); whole != null; whole = whole.unwrap()) {
            buffer = whole;
        }
        return buffer.maxCapacity() == SMALL_BYTES;
    }

    private final class Sizes extends MaxMessageHandle {
        @Override
        public int guess() {
            return bytes;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            try {
                return super.allocate(allocator);
            } catch (OutOfMemoryError e) {
                return allocator.ioBuffer(SMALL_BYTES, SMALL_BYTES);
            }
        }
    }
}
