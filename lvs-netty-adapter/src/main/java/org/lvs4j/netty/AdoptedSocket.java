package org.lvs4j.netty;

import com.sun.jna.Function;
import com.sun.jna.Platform;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;

/**
 * A listening socket that another process has bound, as the system describes it. Only for Linux.
 *
 * @param descriptor its number in this process
 * @param protocol TCP or UDP
 * @param address the address that is bound
 * @param sharesPort whether other sockets may be bound to the same address
 */
record AdoptedSocket(int descriptor, Protocol protocol, InetSocketAddress address, boolean sharesPort) {
    private static final int SOL_SOCKET = 1;
    private static final int SO_TYPE = 3;
    private static final int SO_REUSEPORT = 15;
    private static final int SO_ACCEPTCONN = 30;
    private static final int SO_PROTOCOL = 38;
    private static final int SO_DOMAIN = 39;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int IPPROTO_TCP = 6;
    private static final int IPPROTO_UDP = 17;

    /**
     * Examines a descriptor, and makes it non-blocking. Netty's native library must have been loaded.
     *
     * @throws BindFailure if it is not a listening socket of TCP or a bound one of UDP
     */
    static AdoptedSocket of(int descriptor) throws BindFailure {
        try {
            AdoptedSocket socket = examine(descriptor);
            Blocking.end(descriptor);
            return socket;
        } catch (BindFailure e) {
            throw e;
        } catch (IOException | ChannelException e) {
            throw new BindFailure("descriptor " + descriptor + ": " + reason(e));
        }
    }

    private static String reason(Exception e) {
        String reason = BindFailure.of(e).reason();
        if (reason.contains("non-socket")) {
            return "it is not a socket";
        }
        return reason.contains("Bad file descriptor") ? "it is not open" : reason;
    }

    private static AdoptedSocket examine(int descriptor) throws IOException {
        // The descriptor is not closed with this object.
        Socket socket = new Socket(descriptor);
        int domain = socket.getIntOpt(SOL_SOCKET, SO_DOMAIN);
        int kind = socket.getIntOpt(SOL_SOCKET, SO_PROTOCOL);
        if (domain != AF_INET && domain != AF_INET6 || kind != IPPROTO_TCP && kind != IPPROTO_UDP) {
            throw new BindFailure("descriptor " + descriptor + ": it is a socket of another kind (family " + domain
                    + ", type " + socket.getIntOpt(SOL_SOCKET, SO_TYPE) + ", protocol " + kind
                    + "); only TCP and UDP can be adopted");
        }
        InetSocketAddress address = socket.localAddress();
        Protocol protocol = kind == IPPROTO_TCP ? Protocol.TCP : Protocol.UDP;
        String problem = problem(socket, domain, protocol, address);
        if (problem != null) {
            throw new BindFailure("descriptor " + descriptor + ": " + problem);
        }
        return new AdoptedSocket(descriptor, protocol, address, socket.getIntOpt(SOL_SOCKET, SO_REUSEPORT) != 0);
    }

    private static @Nullable String problem(Socket socket, int domain, Protocol protocol, InetSocketAddress address)
            throws IOException {
        if (protocol == Protocol.TCP && socket.getIntOpt(SOL_SOCKET, SO_ACCEPTCONN) == 0) {
            return "it is a socket of TCP that does not listen";
        } else if (address.getPort() == 0) {
            return "it is a socket of UDP that is not bound";
        } else if (protocol == Protocol.UDP && socket.remoteAddress() != null) {
            return "it is a socket of UDP that is connected";
        } else if (domain == AF_INET6 && isIpv4(address)) {
            return "it is a socket of IPv6 at the IPv4-mapped address " + address + "; bind one of IPv4 instead";
        }
        boolean bothFamilies = domain == AF_INET6
                && address.getAddress().isAnyLocalAddress()
                && socket.getIntOpt(IPPROTO_IPV6, IPV6_V6ONLY) == 0;
        return bothFamilies
                ? "its address " + Endpoint.of(address) + " takes clients of IPv4, too; bind it with IPV6_V6ONLY"
                        + " (BindIPv6Only=ipv6-only of systemd)"
                : null;
    }

    private static boolean isIpv4(InetSocketAddress address) {
        return !(address.getAddress() instanceof Inet6Address)
                || Endpoint.of(address).address().isIpv4Mapped();
    }

    /** Closes the descriptor. */
    void close() {
        try {
            new Socket(descriptor).close();
        } catch (IOException e) {
            RelayState.LOGGER.debug("{}: close", this, e);
        }
    }

    @Override
    public String toString() {
        return protocol + " " + Endpoint.of(address);
    }

    /** The blocking mode of a descriptor, which all its copies share. Event loops need the non-blocking one. */
    private static final class Blocking {
        private static final int F_SETFL = 4;
        private static final int O_NONBLOCK = 0_4000;

        static void end(int descriptor) throws IOException {
            int flags = flags(descriptor);
            if ((flags & O_NONBLOCK) != 0) {
                return;
            }
            try {
                int failed = Function.getFunction(Platform.C_LIBRARY_NAME, "fcntl")
                        .invokeInt(new Object[] {descriptor, F_SETFL, flags | O_NONBLOCK});
                if (failed == 0) {
                    return;
                }
            } catch (LinkageError e) {
                RelayState.LOGGER.debug("no net.java.dev.jna:jna", e);
            }
            throw new BindFailure("descriptor " + descriptor + ": it is blocking, and without net.java.dev.jna:jna it"
                    + " stays so; make it non-blocking (NonBlocking=yes of systemd)");
        }

        private static int flags(int descriptor) throws IOException {
            try {
                for (String line : Files.readAllLines(Path.of("/proc/self/fdinfo", Integer.toString(descriptor)))) {
                    if (line.startsWith("flags:")) {
                        return Integer.parseInt(
                                line.substring("flags:".length()).strip(), 8);
                    }
                }
            } catch (NoSuchFileException e) {
                throw new BindFailure("descriptor " + descriptor + ": it is not open");
            }
            throw new BindFailure("descriptor " + descriptor + ": its flags are unknown");
        }
    }
}
