package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;

/**
 * Sends and receives by way of a direct buffer that exists already. For other buffers the JDK makes one when it needs
 * it, which fails while traffic has taken all direct memory. Used by the thread of the buffer.
 */
final class SharedBufferChannel implements ByteChannel {
    private final SocketChannel channel;
    private final ByteBuffer buffer;

    SharedBufferChannel(SocketChannel channel, ByteBuffer buffer) {
        this.channel = channel;
        this.buffer = buffer;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        buffer.clear().limit(Math.min(buffer.capacity(), target.remaining()));
        int count = channel.read(buffer);
        target.put(buffer.flip());
        return count;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        buffer.clear();
        int count = Math.min(buffer.capacity(), source.remaining());
        buffer.put(0, source, source.position(), count).limit(count);
        int written = channel.write(buffer);
        source.position(source.position() + written);
        return written;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
