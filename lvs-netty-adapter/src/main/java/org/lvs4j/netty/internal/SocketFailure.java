package org.lvs4j.netty.internal;

import io.netty.channel.unix.Errors.NativeIoException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.PortUnreachableException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The reason why a socket could not be opened or used, in the words of an operator.
 *
 * <p>The native transports report the number of the system's error, NIO only its text, which may be in another
 * language: such a failure is {@link #OTHER}.
 */
public enum SocketFailure {
    DESCRIPTORS(
            Fault.LOCAL,
            "too many open files in this process or system; raise the limit (ulimit -n, LimitNOFILE)",
            "too many open files"),
    PORTS(
            Fault.LOCAL,
            "no local port is free towards this address",
            "assign requested address",
            "address already in use"),
    MEMORY(Fault.LOCAL, "no memory is left", "no buffer space", "cannot allocate memory"),
    BUSY(Fault.LOCAL, "no local port or buffer is free", "temporarily unavailable"),
    DENIED(
            Fault.LOCAL,
            "this system forbids it, for instance by a firewall rule",
            "not permitted",
            "permission denied"),
    TOO_LONG(Fault.DATAGRAM, "the datagram is longer than the path allows", "message too long"),
    REFUSED(Fault.SERVER, "connection refused: nothing listens there", "connection refused"),
    UNREACHABLE(
            Fault.SERVER,
            "there is no route to it, or its network reports it unreachable",
            "unreachable",
            "no route to host",
            "host is down"),
    TIMEOUT(Fault.SERVER, "it does not answer in time", "timed out"),
    OTHER(Fault.SERVER, "");

    /** The cause of a failure: a lack or a rule of this host, the server or its network, or one datagram. */
    public enum Fault {
        LOCAL,
        SERVER,
        DATAGRAM
    }

    private static final boolean LINUX = System.getProperty("os.name", "").startsWith("Linux");
    /** The parts of a message that tell the name of a function and the peer's address once more. */
    private static final Pattern AROUND = Pattern.compile("^.*failed with error\\(-\\d+\\): ?|: [^ ]*/[^ ]*$");

    private static final Pattern NUMBER = Pattern.compile("failed with error\\(-(\\d+)\\)");

    private final Fault fault;
    private final String reason;
    private final String[] texts;

    SocketFailure(Fault fault, String reason, String... texts) {
        this.fault = fault;
        this.reason = reason;
        this.texts = texts;
    }

    /** What has caused it. */
    public Fault fault() {
        return fault;
    }

    /** Whether this host is the cause. */
    public boolean isLocal() {
        return fault == Fault.LOCAL;
    }

    @Override
    public String toString() {
        return reason;
    }

    /** The kind of a failure. Netty wraps the one that prevents it from opening a socket. */
    public static SocketFailure of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            SocketFailure kind = kind(cause);
            if (kind != OTHER) {
                return kind;
            }
        }
        return OTHER;
    }

    private static SocketFailure kind(Throwable cause) {
        if (cause instanceof OutOfMemoryError) {
            return MEMORY;
        }
        if (cause instanceof PortUnreachableException) {
            return REFUSED;
        }
        if (LINUX) {
            SocketFailure kind = numbered(number(cause));
            if (kind != OTHER) {
                return kind;
            }
        }
        String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        for (SocketFailure kind : values()) {
            for (String part : kind.texts) {
                if (text.contains(part)) {
                    return kind;
                }
            }
        }
        return OTHER;
    }

    private static int number(Throwable cause) {
        if (cause instanceof NativeIoException failure) {
            return -failure.expectedErr();
        }
        // Netty's own class for a failed connect shows its number in the message only.
        if (cause instanceof ConnectException && cause.getMessage() != null) {
            Matcher matcher = NUMBER.matcher(cause.getMessage());
            return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
        }
        return 0;
    }

    /** The kind of an error number of Linux, the same on all its architectures that Netty supports. */
    private static SocketFailure numbered(int number) {
        return switch (number) {
            case 23, 24 -> DESCRIPTORS; // ENFILE, EMFILE
            case 98, 99 -> PORTS; // EADDRINUSE, EADDRNOTAVAIL
            case 12, 105 -> MEMORY; // ENOMEM, ENOBUFS
            case 11 -> BUSY; // EAGAIN: connect of a datagram socket finds no port
            case 1, 13 -> DENIED; // EPERM, EACCES
            case 90 -> TOO_LONG; // EMSGSIZE
            case 111 -> REFUSED; // ECONNREFUSED
            case 92, 100, 101, 112, 113 -> UNREACHABLE; // ENOPROTOOPT, ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH
            case 110 -> TIMEOUT; // ETIMEDOUT
            default -> OTHER;
        };
    }

    /** The reason of a failure of this kind, for a log: no name of a class if the system reports it. */
    public String describe(Throwable failure) {
        if (this != OTHER) {
            return reason;
        }
        if (!(failure instanceof IOException) || failure.getMessage() == null) {
            return failure.toString();
        }
        return AROUND.matcher(failure.getMessage()).replaceAll("");
    }
}
