package org.lvs4j.benchmarks.tun;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import org.drasyl.channel.tun.jna.shared.LibC;
import org.lvs4j.net.IpAddress;

/**
 * The smallest forwarder: reads a packet, replaces the destination address, updates the checksum and writes the packet.
 * It blocks in the same system calls as the packet plane uses.
 */
final class PlainForwarder implements Forwarder, Runnable {
    private static final int READ_WRITE = 2;
    private static final int TUN_SET_INTERFACE = 0x4004_54CA;
    private static final int TUN_WITHOUT_HEADER = 0x1001;
    private static final int REQUEST_BYTES = 40;
    private static final int NAME_BYTES = 16;
    private static final int TO = (int) IpAddress.parse(TunPeer.SERVER).low();
    private static final int FROM = (int) IpAddress.parse(TunPeer.VIRTUAL).low();
    private static final int CHANGE = (~FROM & 0xFFFF) + (~FROM >>> 16) + (TO & 0xFFFF) + (TO >>> 16);

    private final FileDescriptor descriptor;
    private final LongAdder forwarded = new LongAdder();
    private volatile boolean closed;

    PlainForwarder() {
        Epoll.ensureAvailability();
        int fd = LibC.open("/dev/net/tun", READ_WRITE);
        try (Memory request = new Memory(REQUEST_BYTES)) {
            request.clear();
            request.setString(0, TunPeer.DEVICE, "US-ASCII");
            request.setShort(NAME_BYTES, (short) TUN_WITHOUT_HEADER);
            Function.getFunction(Platform.C_LIBRARY_NAME, "ioctl", Function.THROW_LAST_ERROR)
                    .invokeInt(new Object[] {fd, new NativeLong(TUN_SET_INTERFACE), request});
        }
        descriptor = new FileDescriptor(fd);
        Thread thread = new Thread(this, thread());
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void run() {
        ByteBuffer packet = ByteBuffer.allocateDirect(2048);
        try {
            while (!closed) {
                int length = descriptor.read(packet, 0, packet.capacity());
                if (length < 20 || packet.getInt(16) != FROM) {
                    continue;
                }
                int sum = (~packet.getShort(10) & 0xFFFF) + CHANGE;
                sum = (sum >>> 16) + (sum & 0xFFFF);
                packet.putInt(16, TO).putShort(10, (short) ~((sum >>> 16) + sum));
                if (descriptor.write(packet, 0, length) > 0) {
                    forwarded.increment();
                }
            }
        } catch (IOException e) {
            if (!closed) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public long forwarded() {
        return forwarded.sum();
    }

    @Override
    public String thread() {
        return "plain-tun";
    }

    /** A blocked read ends with the process. */
    @Override
    public void close() {
        closed = true;
    }
}
