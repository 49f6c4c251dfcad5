package org.lvs4j.benchmarks.tun;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLong;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.drasyl.channel.tun.jna.shared.LibC;

/** Reads packets from a TUN device and writes them back as they are: what the device itself costs. */
final class PlainLoop implements Runnable {
    private static final int READ_WRITE_NON_BLOCKING = 0x802;
    private static final int TUN_SET_INTERFACE = 0x4004_54CA;
    private static final short TUN_WITHOUT_PACKET_INFORMATION = 0x1001;
    private static final int PAUSE_NANOS = 50_000;

    private final FileDescriptor device;
    private final AtomicLong packets = new AtomicLong();

    PlainLoop(String name) {
        Epoll.ensureAvailability();
        int fd = LibC.open("/dev/net/tun", READ_WRITE_NON_BLOCKING);
        try (Memory request = new Memory(40)) {
            request.clear();
            request.setString(0, name);
            request.setShort(16, TUN_WITHOUT_PACKET_INFORMATION);
            Function.getFunction("c", "ioctl", Function.THROW_LAST_ERROR)
                    .invokeInt(new Object[] {fd, new NativeLong(TUN_SET_INTERFACE), request});
        }
        device = new FileDescriptor(fd);
    }

    long packets() {
        return packets.get();
    }

    @Override
    public void run() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(66_000);
        try {
            while (true) {
                int length = device.read(buffer, 0, buffer.capacity());
                if (length > 0) {
                    device.write(buffer, 0, length);
                    packets.setOpaque(packets.getPlain() + 1);
                } else {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("the device is gone", e);
        }
    }
}
