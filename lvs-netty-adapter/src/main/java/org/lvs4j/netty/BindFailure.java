package org.lvs4j.netty;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.regex.Pattern;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Protocol;

/** An address that cannot be bound. The message is the system's reason, with advice where there is some. */
final class BindFailure extends IOException {
    private static final long serialVersionUID = 1;

    /** Netty's native transports put the call and the number of the error before its name. */
    private static final Pattern NATIVE_PREFIX =
            Pattern.compile("^\\w+\\(\\.\\.\\) failed( with error\\(-?\\d+\\))?: ");

    private BindFailure(String reason, Throwable cause) {
        super(reason, cause);
    }

    BindFailure(String reason) {
        super(reason);
    }

    /** The failure to open or bind a socket. */
    static BindFailure of(Throwable cause) {
        if (cause instanceof BindFailure failure) {
            return failure;
        }
        Throwable root = cause;
        while (!(root instanceof IOException) && root.getCause() != null) {
            root = root.getCause();
        }
        String reason = NATIVE_PREFIX.matcher(String.valueOf(root.getMessage())).replaceFirst("");
        return new BindFailure(reason + advice(reason), cause);
    }

    private static String advice(String reason) {
        if (reason.contains("assign requested address")) {
            return " (the address must be one of this host's: add it to an interface first)";
        }
        if (reason.contains("Too many open files")) {
            return " (raise the limit of open files, ulimit -n or LimitNOFILE)";
        }
        return reason.contains("Permission denied")
                ? " (ports below 1024 need a privilege, such as CAP_NET_BIND_SERVICE)"
                : "";
    }

    /** The message. */
    String reason() {
        return String.valueOf(getMessage());
    }

    /** Whether the address is not, or not any more, or not yet one of this host. */
    boolean notOfThisHost() {
        return reason().contains("assign requested address");
    }

    /** Whether a socket is bound to the address already. */
    boolean inUse() {
        return reason().contains("already in use");
    }

    /**
     * Fails if a socket of another program is bound to an address: with a shared port, both would get a part of the
     * clients.
     *
     * <p>The JDK cannot open a socket for IPv6 alone. So if the wildcard address of IPv6 seems to be in use, it is not
     * known to be as long as the port of IPv4 is in use too.
     */
    static void requireFree(Protocol protocol, AddressFamily family, InetSocketAddress address) throws BindFailure {
        try {
            probe(protocol, family, address);
        } catch (IOException e) {
            BindFailure failure = of(e);
            boolean ofBothFamilies =
                    family == AddressFamily.IPV6 && address.getAddress().isAnyLocalAddress();
            if (!ofBothFamilies || !failure.inUse()) {
                throw failure;
            }
            try {
                probe(protocol, AddressFamily.IPV4, new InetSocketAddress("0.0.0.0", address.getPort()));
            } catch (IOException inUseByIpv4) {
                return;
            }
            throw failure;
        }
    }

    /** A port that is free at an address, or at every address of a family if that is the wildcard address. */
    static int freePort(Protocol protocol, AddressFamily family, InetSocketAddress address) throws BindFailure {
        try {
            return probe(protocol, family, address);
        } catch (IOException e) {
            throw of(e);
        }
    }

    /** Binds a socket for a moment; returns its port. */
    private static int probe(Protocol protocol, AddressFamily family, InetSocketAddress address) throws IOException {
        StandardProtocolFamily of =
                family == AddressFamily.IPV4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
        try (NetworkChannel probe =
                protocol == Protocol.TCP ? ServerSocketChannel.open(of) : DatagramChannel.open(of)) {
            if (protocol == Protocol.TCP) {
                probe.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            }
            probe.bind(address);
            return ((InetSocketAddress) probe.getLocalAddress()).getPort();
        } catch (UnsupportedOperationException e) {
            throw new BindFailure("this system has no " + (family == AddressFamily.IPV4 ? "IPv4" : "IPv6"), e);
        }
    }
}
