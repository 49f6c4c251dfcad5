package org.lvs4j.netty.tun;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A device that packets can be written to. Writing belongs to one thread at a time. */
interface DeviceOutput extends AutoCloseable {
    /** A device that takes no packets. */
    DeviceOutput NONE = new DeviceOutput() {
        @Override
        public int write(ByteBuffer packet) {
            return 0;
        }

        @Override
        public void close() {
            // There is nothing to close.
        }
    };

    /**
     * Writes a packet, from position to limit of a direct buffer; neither is moved.
     *
     * @return how many bytes were taken: all, or 0 if the kernel takes no more now
     * @throws IOException if the kernel refuses the packet, or the device is down or gone
     */
    int write(ByteBuffer packet) throws IOException;

    @Override
    void close();
}
