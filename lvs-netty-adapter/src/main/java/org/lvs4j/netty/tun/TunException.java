package org.lvs4j.netty.tun;

import org.jspecify.annotations.Nullable;

/** Reports that the packet plane could not start or follow its director. The message tells the operator what to do. */
public final class TunException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TunException(String message) {
        super(message);
    }

    TunException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
