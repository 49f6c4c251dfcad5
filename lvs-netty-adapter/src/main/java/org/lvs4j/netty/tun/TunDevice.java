package org.lvs4j.netty.tun;

import com.sun.jna.Function;
import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.drasyl.channel.tun.jna.shared.LibC;

/**
 * One queue of a TUN device of Linux. Opened by the system calls that netty-tun binds, read and written by those of
 * Netty's native transport.
 *
 * <p>netty-tun's own channel is not used, because it reads with a blocking call on a dedicated thread, hands every
 * packet over to another thread, allocates a buffer, a view of it, a packet object and a native number for each, and
 * cannot be closed while it waits. Here a read is one system call into a reused buffer, the descriptor is non-blocking,
 * and an epoll loop waits for it.
 *
 * <p>Reading and writing belong to one thread at a time.
 */
final class TunDevice implements DeviceOutput {
    /** Names that need no quoting in a command, and that a sysctl's name can hold. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,14}");

    private static final int READ_WRITE = 2;
    private static final int NON_BLOCKING = 0x800;
    private static final int TUN_SET_INTERFACE = 0x4004_54CA;
    private static final int REQUEST_BYTES = 40;
    private static final int NAME_BYTES = 16;
    private static final int TUN = 0x0001;
    private static final int MULTIPLE_QUEUES = 0x0100;
    private static final int NO_PACKET_INFORMATION = 0x1000;

    private static final int NOT_PERMITTED = 1;
    private static final int NO_ENTRY = 2;
    private static final int NO_DEVICE = 19;
    private static final int BUSY = 16;
    private static final int INVALID = 22;
    private static final int ACCESS_DENIED = 13;

    private final FileDescriptor descriptor;

    private TunDevice(FileDescriptor descriptor) {
        this.descriptor = descriptor;
    }

    static boolean validName(String name) {
        return NAME.matcher(name).matches();
    }

    /**
     * Opens a queue of a device, which is created unless it exists. A device that is created here is removed when the
     * last of its queues is closed, however the process ends.
     *
     * @throws TunException if that is not possible; the message says why and what to do
     */
    static TunDevice open(String name, boolean multipleQueues) {
        requireNative();
        int fd;
        try {
            fd = LibC.open("/dev/net/tun", READ_WRITE | NON_BLOCKING);
        } catch (LastErrorException e) {
            throw new TunException("/dev/net/tun cannot be opened: " + reasonToOpen(e.getErrorCode()), e);
        }
        try {
            attach(fd, name, TUN | NO_PACKET_INFORMATION | (multipleQueues ? MULTIPLE_QUEUES : 0));
            return new TunDevice(new FileDescriptor(fd));
        } catch (LastErrorException e) {
            close(fd);
            throw new TunException(
                    "the TUN device " + name + " cannot be opened: " + reason(name, e.getErrorCode()), e);
        } catch (RuntimeException | Error e) {
            close(fd);
            throw e;
        }
    }

    /** Uses a request of full size: that of netty-tun is shorter than what the kernel reads and writes back. */
    private static void attach(int fd, String name, int flags) {
        try (Memory request = new Memory(REQUEST_BYTES)) {
            request.clear();
            request.setString(0, name, StandardCharsets.US_ASCII.name());
            request.setShort(NAME_BYTES, (short) flags);
            Function.getFunction(Platform.C_LIBRARY_NAME, "ioctl", Function.THROW_LAST_ERROR)
                    .invokeInt(new Object[] {fd, new NativeLong(TUN_SET_INTERFACE), request});
        }
    }

    static void requireNative() {
        if (!Epoll.isAvailable()) {
            throw new TunException(
                    "a TUN device needs Linux and Netty's native epoll transport, netty-transport-native-epoll",
                    Epoll.unavailabilityCause());
        }
        try {
            Class.forName("org.drasyl.channel.tun.jna.shared.LibC");
        } catch (ClassNotFoundException | LinkageError e) {
            throw new TunException("a TUN device needs org.drasyl:netty-tun and net.java.dev.jna:jna", e);
        }
    }

    private static String reasonToOpen(int error) {
        return switch (error) {
            case NO_ENTRY, NO_DEVICE -> "it does not exist, or the kernel has no TUN driver; try: modprobe tun";
            case NOT_PERMITTED, ACCESS_DENIED -> "permission denied; run as root, or: chmod 666 /dev/net/tun";
            default -> "error " + error;
        };
    }

    private static String reason(String name, int error) {
        return switch (error) {
            case NOT_PERMITTED, ACCESS_DENIED ->
                "this needs root or CAP_NET_ADMIN, or a device made for this user: ip tuntap add dev " + name
                        + " mode tun user " + System.getProperty("user.name");
            case BUSY -> "another program has it open, or it is not a TUN device; choose another name";
            case INVALID ->
                "there is an interface of this name that is not a TUN device, or one made with other queues"
                        + " (multi_queue)";
            default -> "error " + error;
        };
    }

    private static void close(int fd) {
        try {
            LibC.close(fd);
        } catch (LastErrorException e) {
            // The caller reports the failure that came before.
        }
    }

    FileDescriptor descriptor() {
        return descriptor;
    }

    /**
     * Reads a packet to the beginning of a direct buffer.
     *
     * @return its length, or 0 if there is none now
     * @throws IOException if the device is gone
     */
    int read(ByteBuffer into) throws IOException {
        return descriptor.read(into, 0, into.capacity());
    }

    @Override
    public int write(ByteBuffer packet) throws IOException {
        return descriptor.write(packet, packet.position(), packet.limit());
    }

    @Override
    public void close() {
        try {
            descriptor.close();
        } catch (IOException e) {
            // The descriptor is closed nevertheless.
        }
    }
}
