package org.lvs4j.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * What a client has sent to a server that has not answered yet, so that another server can be asked instead. Ends with
 * the first byte of the answer, and as soon as there is more than the limit.
 *
 * <p>Belongs to the event loop of the connection: all fields are plain.
 */
final class RequestCopy {
    private static final int FIRST_BYTES = 256;

    private final ByteBufAllocator allocator;
    private final int mostBytes;
    private @Nullable ByteBuf bytes;
    private boolean complete = true;

    RequestCopy(ByteBufAllocator allocator, int mostBytes) {
        this.allocator = allocator;
        this.mostBytes = mostBytes;
    }

    /** Whether it holds everything that the client has sent. */
    boolean complete() {
        return complete;
    }

    /** Whether the client has sent nothing so far. */
    boolean isEmpty() {
        return complete && bytes == null;
    }

    /** Adds bytes, which stay the caller's. */
    void add(ByteBuf data) {
        if (!complete) {
            return;
        }
        int size = (bytes == null ? 0 : bytes.readableBytes()) + data.readableBytes();
        if (size > mostBytes) {
            drop();
            return;
        }
        try {
            if (bytes == null) {
                bytes = allocator.directBuffer(FIRST_BYTES);
            }
            bytes.writeBytes(data, data.readerIndex(), data.readableBytes());
        } catch (OutOfMemoryError e) {
            drop();
        }
    }

    /** Takes the bytes, which then are the caller's, or null if there are none. It continues without them. */
    @Nullable
    ByteBuf take() {
        ByteBuf taken = bytes;
        bytes = null;
        return taken;
    }

    /** Keeps nothing from now on. */
    void drop() {
        complete = false;
        if (bytes != null) {
            bytes.release();
            bytes = null;
        }
    }
}
