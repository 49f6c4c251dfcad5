package org.lvs4j.netty.tun;

/** The packet plane could not do what it was asked to; the message is for the operator, and says what to do. */
public final class TunException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TunException(String message) {
        super(message);
    }

    TunException(String message, Throwable cause) {
        super(message, cause);
    }
}
